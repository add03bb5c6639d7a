"""Runs the checks; what they raise is a finding, too."""

from __future__ import annotations

from collections.abc import Iterable

from deploy.cluster.doctor.finding import Check, Finding, Level, Result, wrong
from deploy.cluster.doctor.patient import Patient
from deploy.errors import Failed, Unreachable
from schemas.commands.failing import FAILED, UNREACHABLE

_AS_ABOVE = Finding(Level.UNREACHABLE, "not looked at, as above")


def examine(site: Patient, checks: Iterable[Check]) -> list[Result]:
    """Every check's findings. Nothing is raised: a check that fails says that."""
    results: list[Result] = []
    for check in checks:
        told = {finding for result in results for finding in result.findings if finding.level is Level.UNREACHABLE}
        findings = [_AS_ABOVE if finding in told else finding for finding in _look(site, check)]
        results.append(Result(check, tuple(findings)))
    return results


def _look(site: Patient, check: Check) -> list[Finding]:
    from kafka.errors import KafkaError

    try:
        return list(check.look(site))
    except (Unreachable, KafkaError) as error:
        return [Finding(Level.UNREACHABLE, str(error), "start it, or correct its address, and look again")]
    except Failed as error:
        return [wrong(str(error), "correct that, and look again")]
    except Exception as error:  # noqa: BLE001 -- one check that breaks must not hide what the others found
        return [wrong(f"the check itself failed: {type(error).__name__}: {error}", "report it; the other checks hold")]


def exit_code(results: Iterable[Result]) -> int:
    """0 all right (minor things aside), 1 something is wrong, 3 something could not be reached."""
    levels = {result.level for result in results}
    if Level.UNREACHABLE in levels:
        return UNREACHABLE
    return FAILED if Level.WRONG in levels else 0

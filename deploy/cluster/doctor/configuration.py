"""What is set for the roles: the rules of time, and the proxy in front."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.cluster.doctor.finding import Finding, fine, wrong
from deploy.cluster.doctor.patient import Patient
from producers.settings import HttpSettings
from streams.settings import StreamSettings


def policy(site: Patient) -> Iterator[Finding]:
    """The policy files can be taken up."""
    from streams.case.policy.directory import PolicyDirectory
    from streams.case.policy.load import BadPolicy

    directory = site.read(StreamSettings).policy_dir
    try:
        book = PolicyDirectory(directory).book()
    except BadPolicy as error:
        yield from (wrong(str(mistake), "correct it; `petitions policy check FILE` looks again") for mistake in error.mistakes)
    except (OSError, IndexError) as error:
        yield wrong(f"{directory}: {error}", "set POLICY_DIR to a directory with current.toml, or leave it empty for the shipped rules")
    else:
        yield fine(f"version {book.current.version} for new cases, {len(book.versions)} in all")


def proxy(site: Patient) -> Iterator[Finding]:
    """Whoever comes through a proxy is told apart by the address that it forwards."""
    if "TRACKING_SECRET" not in site.environment and "TRACKING_SECRET_FILE" not in site.environment:
        yield fine("no role web is set up here")
        return
    settings = site.read(HttpSettings)
    if settings.public_url.startswith("https://") and settings.forwarded_hops == 0:
        yield wrong(
            "PUBLIC_URL is https, so a proxy is in front, and FORWARDED_HOPS is 0: all citizens count as one caller, and share its limits",
            "set FORWARDED_HOPS to the number of your own proxies in front of the role web",
        )
    else:
        yield fine(f"FORWARDED_HOPS {settings.forwarded_hops}")

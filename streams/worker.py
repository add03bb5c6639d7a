"""Runs one worker process of one stage: `petitions run classify`, `petitions run case`."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

import faust
import uvloop

from schemas.platform import logs
from schemas.platform.keyring import NoKeyring
from schemas.platform.logs import log
from schemas.platform.status import StatusServer
from streams.engine.app import StageApp
from streams.engine.peers import PeersDiffer
from streams.engine.types import Stage
from streams.engine.watchdog import end_process
from streams.settings import StreamSettings
from streams.topology import TOPOLOGY, build

_SWITCH_SECONDS = 0.0005
"""How long the fetching thread may hold up the processors' loop, and the other way round; Python's 5 ms are a lot for one petition."""


def prepare(name: str) -> Callable[[], None]:
    """Build the stage called `name`, which asks no server; the call that runs it until TERM or Ctrl-C and exits 1 on anything fatal.

    A process in reserve waits between the two, perhaps for days: where an operator has put other files there since, it is built anew.
    At a deployment's first start the keyring is not made yet when the stage loads ahead: then it is built when it begins.
    """
    from streams.classify.settings import files_stamp

    settings = StreamSettings()
    logs.configure(name, settings.log_level)
    stamp, stage = files_stamp(), None
    with suppress(NoKeyring):
        stage = build(name, settings)

    def run() -> None:
        as_it_is = stage if stage is not None and files_stamp() == stamp else build(name, settings)
        run_stage(as_it_is, settings, beside=[row.stage for row in TOPOLOGY])

    return run


def run_stage(stage: Stage, settings: StreamSettings, engine: type[StageApp] = StageApp, beside: Iterable[str] = ()) -> None:
    """As `run`, with the stage already built; `beside`: the names of all stages that may be chained to it."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    # A batch is thousands of small objects that die together: do not look for cycles among them, and the model, all the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    app = engine(stage, settings, beside)
    status = StatusServer(settings.listen_host, settings.metrics_port, alive=lambda: app.alive, ready=lambda: app.ready)
    status.start()
    _join_only_equals(loop, app)
    app.watch()
    log.info("process-started", port=status.port)
    worker = faust.Worker(app.faust, loop=loop, quiet=True, stdout=sys.stderr, redirect_stdouts=False, override_logging=False)
    worker.spinner = None  # it writes to the terminal between the lines of the log
    try:
        worker.execute_from_commandline()
    except SystemExit as stop:
        status.stop()
        sys.exit(1 if app.faust.crashed else stop.code)
    except BaseException as error:  # noqa: BLE001 -- whatever it is, it is fatal
        end_process("the worker failed", error=repr(error))


def _join_only_equals(loop: asyncio.AbstractEventLoop, app: StageApp) -> None:
    try:
        loop.run_until_complete(app.wait_for_others())
    except PeersDiffer as error:
        end_process("workers differ", error=str(error))
    except Exception as error:  # noqa: BLE001 -- whatever it is, the next process tries again
        end_process("the worker cannot start", error=repr(error))

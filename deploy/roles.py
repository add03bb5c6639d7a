"""The roles: every kind of process that makes up the pipeline, in one table.

What the stream stages read and write stands in `streams/topology.py` and nowhere else; `flows` joins the two, and is what the
architecture page, and whoever must know which process touches which topic, is made from. Everything is named, nothing imported,
so that a command that only needs the names starts fast.
"""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from schemas.events import topics

if TYPE_CHECKING:
    from schemas.platform.settings import ProcessSettings

Kind = Literal["stage", "consumer", "producer", "web", "once"]
"""`stage`: a Faust worker of the topology; `consumer`: takes events out; `producer`: puts some in, where it is set up; `web`: HTTP;
`once`: runs to its end before all others."""

QUEUES, OFFICE_ACTIONS = topics.queue_topic("<office>"), topics.office_topic("<office>")
CHANNEL_INTAKE = topics.channel_topic("<channel>")
"""Each stands for the topics of all offices, or of all channels."""


@dataclass(frozen=True, slots=True)
class Role:
    """`entry`: module whose `function` runs until TERM, called with `arguments`; `more`: modules that it will load, too.
    `settings`: `module:class` of all that it reads from its environment. `reads` and `writes`: topics, of stages by the topology.
    `keeps`: what it writes beside Kafka. `transactional`: a consumer whose effect is a transaction in Kafka. `prepares`: the function
    only makes ready what asks no server, and gives the call that begins."""

    name: str
    kind: Kind
    what: str
    entry: str
    settings: tuple[str, ...]
    reads: tuple[topics.Topic, ...] = ()
    writes: tuple[topics.Topic, ...] = ()
    keeps: str = ""
    function: str = "run"
    arguments: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    transactional: bool = False
    prepares: bool = False

    @property
    def group(self) -> str:
        """Its consumer group; empty for one that is no member of any."""
        return {"stage": f"petitions-{self.name}", "consumer": self.name}.get(self.kind, "")

    @property
    def transactions(self) -> str:
        """With what the transactional ids of its processes begin, before a dash; empty for one that makes no transactions."""
        return self.group if self.kind == "stage" or self.transactional else ""

    def load(self) -> Callable[[], object]:
        """Import the role's modules, and prepare what can be; the call that begins its work, which must be in the main thread."""
        gc.disable()  # importing makes many objects and hardly any garbage: a tenth of a start would go into looking for it
        function = getattr(importlib.import_module(self.entry), self.function)
        for module in self.more:
            importlib.import_module(module)
        gc.enable()
        begin: Callable[[], object] = function(*self.arguments) if self.prepares else partial(function, *self.arguments)
        return begin

    def settings_classes(self) -> tuple[type[ProcessSettings], ...]:
        """The classes that `settings` names."""
        return tuple(_named(name) for name in self.settings)


def _named(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


ROLES: tuple[Role, ...] = (
    Role(
        "classify",
        "stage",
        "gives each petition its category, level, place and office, or to triage",
        "streams.worker",
        ("streams.settings:StreamSettings", "streams.classify.settings:ClassifySettings"),
        function="prepare",
        prepares=True,
        arguments=("classify",),
        more=("streams.classify.build",),
    ),
    Role(
        "case",
        "stage",
        "decides what happens to each case, and keeps its clocks; with CHAINED it classifies, too",
        "streams.worker",
        ("streams.settings:StreamSettings", "streams.classify.settings:ClassifySettings"),
        keeps="RocksDB, one store a partition",
        function="prepare",
        prepares=True,
        arguments=("case",),
        more=("streams.case.build", "streams.classify.build"),
    ),
    Role(
        "projector",
        "consumer",
        "writes the read model, from which all pages and lists are served",
        "consumers.read_model.role",
        ("consumers.settings:ProjectorSettings",),
        reads=(topics.EVENTS,),
        writes=(topics.ERASURES, topics.DEAD_LETTERS),
        keeps="PostgreSQL: petition, timeline, event_count, case_words, offsets, contact_key (who was forgotten); the keyring likewise",
    ),
    Role(
        "dispatcher",
        "consumer",
        "gives each office the events of its own petitions",
        "consumers.queues.role",
        ("consumers.settings:DispatcherSettings",),
        reads=(topics.EVENTS, topics.QUEUE_POSITIONS),
        writes=(QUEUES, topics.QUEUE_POSITIONS, topics.DEAD_LETTERS),
        transactional=True,
    ),
    Role(
        "forwarder",
        "consumer",
        "puts what offices' and channels' own systems write where the stages read, as theirs",
        "consumers.forwarding.role",
        ("consumers.settings:ForwarderSettings",),
        reads=(OFFICE_ACTIONS, CHANNEL_INTAKE),
        writes=(topics.INTAKE, topics.ACTIONS, topics.DEAD_LETTERS),
        transactional=True,
    ),
    Role(
        "incidents",
        "consumer",
        "finds several petitions on one matter and asks that they be joined",
        "consumers.incidents.role",
        ("consumers.settings:IncidentSettings",),
        reads=(topics.EVENTS,),
        writes=(topics.ACTIONS, topics.DEAD_LETTERS),
        keeps="PostgreSQL: incident_petition, incident_request, consumer_offset",
    ),
    Role(
        "notifier",
        "consumer",
        "tells citizens, offices, channels what happens: webhooks, e-mail, SMS, Zalo, web push; and staff each morning what is to be done",
        "deploy.notices.role",
        ("consumers.settings:NotifierSettings", "streams.settings:PolicySettings"),
        reads=(topics.EVENTS,),
        writes=(topics.DEAD_LETTERS,),
        keeps="PostgreSQL: notice_receiver, notice_petition, notice_delivery, consumer_offset",
    ),
    Role(
        "web",
        "web",
        "takes petitions and actions in over HTTP, shows citizens, offices and the operations centre what happens",
        "deploy.web.server",
        ("deploy.web.server:WebSettings", "producers.settings:HttpSettings", "consumers.settings:ViewSettings"),
        reads=(topics.EVENTS, QUEUES, topics.DEAD_LETTERS),
        writes=(topics.INTAKE, topics.ACTIONS),
        keeps="PostgreSQL: contact_key, file; the store of uploaded files",
    ),
    Role(
        "mailroom",
        "producer",
        "makes petitions of e-mails, by the service's own HTTP; off unless IMAP_HOST is set",
        "producers.mail.role",
        ("producers.mail.settings:MailroomSettings",),
        keeps="the mailbox: what is done with is deleted after MAIL_KEEP_DAYS",
    ),
    Role(
        "migrate",
        "once",
        "makes and checks topics and tables, and makes the keyring",
        "deploy.cluster.migrate",
        ("deploy.cluster.migrate:MigrateSettings",),
    ),
)
BY_NAME: dict[str, Role] = {role.name: role for role in ROLES}
STAGES = tuple(role.name for role in ROLES if role.kind == "stage")
"""In the order of the topology."""
CONSUMERS = tuple(role.name for role in ROLES if role.kind == "consumer")


def stages(*, chained: bool) -> list[str]:
    """The stages that need processes of their own; `chained`: those that are done in another one's step do not."""
    from streams.topology import TOPOLOGY

    return [row.stage for row in TOPOLOGY if not (chained and row.chained_to)]


@dataclass(frozen=True, slots=True)
class Flow:
    """What one role reads and writes."""

    role: Role
    reads: tuple[topics.Topic, ...]
    writes: tuple[topics.Topic, ...]


def flows() -> list[Flow]:
    """Every role with its topics; those of the stages as the topology has them, changelog and dead letters included."""
    from streams.topology import TOPOLOGY

    rows = {row.stage: row for row in TOPOLOGY}
    found = []
    for role in ROLES:
        row = rows.get(role.name)
        if row is None:
            found.append(Flow(role, role.reads, role.writes))
            continue
        changelog = () if row.changelog is None else (row.changelog,)
        found.append(Flow(role, row.inputs + changelog, row.outputs + changelog + (row.dead_letters,)))
    return found

"""The tables of sending."""

from sending.models.event import BounceType, Event, EventKind
from sending.models.hold import HoldPeriod
from sending.models.inbox import SimulatedMail, SimulatedRecord
from sending.models.last_run import DatabaseIdentity, DataFolder
from sending.models.message import Attachment, DeliverStatus, Message, Submission
from sending.models.queue import Attempt, QueueItem
from sending.models.report import InboundReport, PostmasterMail

__all__ = [
    "Attachment",
    "Attempt",
    "BounceType",
    "DataFolder",
    "DatabaseIdentity",
    "DeliverStatus",
    "Event",
    "EventKind",
    "HoldPeriod",
    "InboundReport",
    "Message",
    "PostmasterMail",
    "QueueItem",
    "SimulatedMail",
    "SimulatedRecord",
    "Submission",
]

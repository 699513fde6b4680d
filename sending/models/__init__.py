"""The tables of sending."""

from sending.models.event import BounceType, Event, EventKind
from sending.models.inbox import SimulatedMail, SimulatedRecord
from sending.models.message import Attachment, DeliverStatus, Message, Submission
from sending.models.queue import Attempt, QueueItem
from sending.models.report import InboundReport, PostmasterMail

__all__ = [
    "Attachment",
    "Attempt",
    "BounceType",
    "DeliverStatus",
    "Event",
    "EventKind",
    "InboundReport",
    "Message",
    "PostmasterMail",
    "QueueItem",
    "SimulatedMail",
    "SimulatedRecord",
    "Submission",
]

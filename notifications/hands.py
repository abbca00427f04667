"""One message of a delivery, from its lease to what came of it.

What follows from an answer is decided by `notifications.states`, what it says of a channel by
`notifications.channel_health`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import Engine

from foundation.errors import StoreError
from foundation.settings import Settings
from models.database import transaction
from notifications import lease, settle
from notifications.channel_health import DEAD
from notifications.channels import Channel
from notifications.channels.contract import NO_ANSWER
from notifications.compose import Job, Sending
from notifications.outcomes import Outcomes
from notifications.pacer import Clock, Pacer
from notifications.rows import Presentation, paper_names
from notifications.values import Pace, Receipt, Result

log = logging.getLogger(__name__)


class Hands:
    """Serves the chats that one delivery (`who`) has leased; `outcomes` holds what came of all of them."""

    def __init__(
        self, engine: Engine, settings: Settings, clock: Clock, pace: Pace, channels: Mapping[str, Channel],
        pacers: Mapping[str, Pacer],
    ) -> None:  # fmt: skip
        self.who = uuid4().hex
        self.outcomes = Outcomes(settings, pace)
        self._engine = engine
        self._clock = clock
        self._pace = pace
        self._channels = channels
        self._pacers = pacers
        self._words = Presentation(paper_names(settings), settings.public_url)

    async def serve(self, job: Job) -> None:
        """Draw, wait for a turn, make the words, hand them over, write down what came of it."""
        picture = await asyncio.to_thread(_draw, job.figures)
        await self._pacers[job.channel].turn()
        sending = await asyncio.to_thread(self._begin, job, picture)
        if sending is None:
            return
        receipt = await self._hand_over(sending)
        self._react(job, receipt)
        await asyncio.to_thread(self._finish, sending, receipt)

    async def _hand_over(self, sending: Sending) -> Receipt:
        if self._clock() >= sending.until:  # we slept (a laptop closed, a process stopped): the chat may be another's
            return Receipt(Result.LATE)
        channel = self._channels[sending.job.channel]
        try:
            async with asyncio.timeout(self._pace.hand_over):
                return await _send(channel, sending)
        except TimeoutError:  # a proxy that says nothing, a server that drips: nothing else would end it
            return Receipt(Result.TIMED_OUT, error=NO_ANSWER)
        except Exception as error:
            log.exception("channel %s", sending.job.channel)
            return Receipt(Result.GARBLED, error=f"Lỗi của chương trình khi gửi ({type(error).__name__}).")

    def _begin(self, job: Job, picture: bytes | None = None) -> Sending | None:
        now, channel = self._clock(), self._channels[job.channel]
        try:
            with transaction(self._engine) as session:
                return lease.begin(
                    session, job, self.who, now, channel=channel, words=self._words, pace=self._pace, picture=picture
                )
        except StoreError:
            raise
        except Exception as error:
            log.exception("alert %s", job.alert_id)
            with transaction(self._engine) as session:
                row = settle.give_up_wording(session, job, self.who, error, now, self._pace)
                self.outcomes.tell_unworded(session, row, now)
            return None

    def _react(self, job: Job, receipt: Receipt) -> None:
        pause = self.outcomes.react(job, receipt, self._clock())
        if pause:
            self._pacers[job.channel].pause(pause)

    def _finish(self, sending: Sending, receipt: Receipt) -> None:
        now = self._clock()
        with transaction(self._engine) as session:
            gap = self._channels[sending.job.channel].gap(sending.address)
            states = settle.finish(session, sending, self.who, receipt, now, gap=gap, pace=self._pace)
            self.outcomes.tell(session, sending, receipt, now)
        self.outcomes.tally(sending, receipt, states)


async def _send(channel: Channel, sending: Sending) -> Receipt:
    """Hand a message over. One that may have arrived is repeated only to a service that answers: its last try is not
    spent on one that takes connections and says nothing.
    """
    if sending.message_id is not None:
        return await channel.edit(sending.address, sending.message_id, sending.message)
    if sending.again and (asked := await channel.check()).result in DEAD:
        return asked
    return await channel.send(sending.address, sending.message)


def _draw(figures: str | None) -> bytes | None:
    """The picture of a message; without the library that draws it the words go out alone."""
    if figures is None:
        return None
    from notifications.pictures import picture_of

    try:
        return picture_of(figures)
    except Exception:  # whatever stops a picture must not stop the words
        log.exception("picture")
        return None

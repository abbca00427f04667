"""The daily flows beside the harvest: the morning's digest, the sources' health, the night's backup and clearing."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from prefect import flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed

from crawlers.catalogue import catalogue_of
from flows.run import deliver_once
from foundation.clock import hanoi_day, utc_now
from foundation.errors import DanvanError
from foundation.settings import Settings, settings
from models.database import migrate, open_engine, transaction
from models.landing.retention import Cleared, clear, forget_known, months_before
from models.moving import backup_into
from models.runs.health import remember
from notifications.digest_queue import send_digest
from notifications.operators import tell_operator


@task(retries=3, retry_delay_seconds=[60.0, 300.0, 900.0], cache_policy=NO_CACHE, persist_result=False)
async def queue_digest(config: Settings, day: date) -> int:
    """Queue the digest of `day` for everyone who wants one; answers the number of messages queued."""
    engine = open_engine(config.database_url)
    migrate(engine)
    return await asyncio.to_thread(send_digest, engine, config, day, utc_now())


@task(retries=3, retry_delay_seconds=[60.0, 300.0, 900.0], cache_policy=NO_CACHE, persist_result=False)
async def send_queued(config: Settings) -> int:
    """Send what waits in the outbox; answers the number of messages sent."""
    report = await deliver_once(open_engine(config.database_url), config)
    return report.sent


@flow(name="digest", persist_result=False)
async def digest(day: date | None = None) -> Any:
    """Send the digest of the morning; a second run on the same day sends nothing again."""
    config = settings()
    queued = await queue_digest(config, day or hanoi_day(utc_now()))
    sent = await send_queued(config)
    return Completed(message=f"Bản tin: {queued} tin xếp hàng, {sent} tin đã gửi.")


@flow(name="health", persist_result=False)
async def health() -> Any:
    """Look at every source against its own habit; what is wrong reaches the operator."""
    config = settings()
    engine = open_engine(config.database_url)
    migrate(engine)
    catalogue = catalogue_of(config)
    now = utc_now()
    with transaction(engine) as session:
        states = remember(session, catalogue.sources, now)
    faults = [state for state in states if state.needs_a_person]
    await acreate_table_artifact(
        table=[{"Nguồn": state.source_id, "Tình trạng": state.label, "Nhận xét": state.sentence} for state in states],
        key="health",
        description="Tình trạng các nguồn",
    )
    if not faults:
        return Completed(message="Mọi nguồn đều bình thường.")
    words = "\n".join(f"• {state.source_id}: {line}" for state in faults for line in state.lines)
    await _tell(config, f"health:{hanoi_day(now)}", f"Nguồn cần xem:\n{words}")
    return Completed(name="DoneWithFaults", message=f"{len(faults)} nguồn cần người xem.")


@task(retries=2, retry_delay_seconds=300.0, cache_policy=NO_CACHE, persist_result=False)
async def back_up(config: Settings) -> str:
    """Write tonight's backup; answers its name. Beside a harvest: it waits for nobody."""
    path = await asyncio.to_thread(backup_into, config, utc_now(), lambda _table, _rows: None)
    return path.name


@task(cache_policy=NO_CACHE, persist_result=False)
async def clear_old(config: Settings) -> Cleared:
    """Move bodies older than DANVAN_PRUNE_MONTHS into files."""
    before = months_before(utc_now(), config.prune_months)
    return await asyncio.to_thread(clear, open_engine(config.database_url), before, clock=utc_now)


@task(cache_policy=NO_CACHE, persist_result=False)
async def forget_old(config: Settings) -> int:
    """Clear the ledgers of old runs of what was known before; answers how many rows."""
    return await asyncio.to_thread(forget_known, open_engine(config.database_url), utc_now())


@flow(name="care", persist_result=False)
async def care() -> Any:
    """Back the archive up into DANVAN_BACKUP_DIR, then clear old ledgers and pages; what fails reaches the operator."""
    config, done = settings(), []
    try:
        if config.backup_dir is not None:
            done.append(f"Đã sao lưu: {await back_up(config)}.")
        if forgotten := await forget_old(config):
            done.append(f"Sổ của các lượt cũ bớt {forgotten} địa chỉ “đã có”.")
        if config.prune_months:
            cleared = await clear_old(config)
            done.append(f"Đã dọn {cleared.moved} trang cũ.{cleared.left}")
            if cleared.left:  # once, and again when there are more
                await _tell(config, f"damaged:{cleared.damaged}", f"Dọn kho lưu trữ.{cleared.left}")
    except (DanvanError, OSError) as error:
        words = f"Không sao lưu hoặc dọn được kho lưu trữ: {error}"
        await _tell(config, f"backup:{hanoi_day(utc_now())}", words)
        return Completed(name="DoneWithFaults", message=words)
    return Completed(message=" ".join(done) or "Chưa đặt DANVAN_BACKUP_DIR, DANVAN_PRUNE_MONTHS: không có gì để làm.")


async def _tell(config: Settings, key: str, words: str) -> None:
    with transaction(open_engine(config.database_url)) as session:
        tell_operator(session, config, key, words, utc_now())
    await send_queued(config)

"""What the host does by itself from time to time, and when next."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from host_sim.store.base import Base


class Job(Base):
    """One kind of work. next_at: when it is due. last_error: of the last run, None if it went well."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_next_at", "next_at"),)

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_at: Mapped[datetime]
    last_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(100))

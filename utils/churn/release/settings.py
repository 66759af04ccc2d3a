"""What can be set on the router."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0)]


class Settings(BaseModel):
    """Times in seconds, sizes in bytes.

    Attributes:
        patience: for one server's answer; then the next one is asked.
        tries: servers that one request is sent to, at most: when all are overloaded, a request that
            goes to all of them makes it worse.
        check_every: how often servers are asked whether they are ready.
        check_patience: how long one may take to say so.
        copies: for comparison that are under way at once; what comes on top is not copied.
        max_body: larger requests get 413.
        trace_share: of the traces that are sampled, where the caller did not decide.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    patience: Positive = 2.0
    tries: int = Field(default=3, ge=1)
    check_every: Positive = 0.25
    check_patience: Positive = 2.0
    copies: int = Field(default=16, ge=0)
    max_body: int = Field(default=512 * 1024, ge=1)
    trace_share: float = Field(default=0.01, ge=0, le=1)

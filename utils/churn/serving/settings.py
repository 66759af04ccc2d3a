"""What can be set on the service, with defaults for a telco's call centre."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0)]


class Settings(BaseModel):
    """Times in seconds, sizes in bytes.

    Attributes:
        budget: for the look-up and the model, one customer; when it is used up, the rule answers.
        batch_budget: the same for a batch.
        lookup_threads: look-ups under way at once.
        lookup_patience: after which a look-up is given up for good, and its thread replaced.
        lookup_pause: until one look-up is tried after that; twice as long after each that hangs.
        lookup_lost: threads that may hang in look-ups that were given up; with more, ``/health``
            asks for a restart.
        inline_limit: a model that takes longer for one customer is asked in a thread, where it can
            be given up; a faster one where the request is, since changing threads costs more.
        hang_limit: after which a model that hangs costs the process its life: see ``watchdog``, and
            ``/health`` for one that is asked in threads.
        max_body: larger requests get 413.
        rate: customers a second for each API key, on average; ``burst`` at once. Clients with a bad
            reputation get a part of both.
        free_failures: wrong keys of an address, and times that a client asks again too early, that
            bring no pause; the pauses after that double.
        longest_pause: to which they double.
        reputation_half_life: after which a request counts half in its client's reputation.
        poll: how often the champion is asked for.
        move_every: how often the recorder moves rows into the evaluation store.
        trace_share: of the traces that are exported, where the caller did not decide.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    budget: Positive = 0.15
    batch_budget: Positive = 2.0
    lookup_threads: int = Field(default=2, ge=1)
    lookup_patience: Positive = 2.0
    lookup_pause: Positive = 1.0
    lookup_lost: int = Field(default=8, ge=1)
    inline_limit: Positive = 0.001
    hang_limit: Positive = 10.0
    max_body: int = Field(default=512 * 1024, ge=1)
    rate: Positive = 1_000.0
    burst: Positive = 2_000.0
    free_failures: int = Field(default=5, ge=0)
    longest_pause: Positive = 900.0
    reputation_half_life: Positive = 3_600.0
    poll: Positive = 2.0
    move_every: Positive = 0.5
    trace_share: float = Field(default=0.01, ge=0, le=1)

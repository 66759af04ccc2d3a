"""What a candidate must reach: the telco's bounds in one place."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from churn import schema
from churn.metrics import Campaign


class Direction(BaseModel):
    """A change of one column after which the score must not rise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    before: str
    after: str


class GateConfig(BaseModel):
    """The bounds of each criterion; a bound that is no finite number is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    #: The table on which a candidate is judged.
    min_customers: int = Field(default=500, ge=2)
    min_leavers: int = Field(default=50, ge=1)
    #: Quality: the lower end of the interval of the lead in ROC-AUC must exceed this. Zero asks for
    #: better beyond chance, a small negative number for "not worse than by so much".
    min_auc_lead: float = Field(default=0.0, ge=-0.5, le=0.5)
    draws: int = Field(default=1000, ge=100)
    #: Slices: columns by whose values the customers are grouped, the smallest group that is judged,
    #: and by how much the ROC-AUC may lie below the champion's in any of them.
    slices: tuple[str, ...] = Field(
        default=("Contract", "InternetService", "SeniorCitizen", "gender"), min_length=1
    )
    min_slice_customers: int = Field(default=200, ge=2)
    min_slice_leavers: int = Field(default=20, ge=1)
    max_slice_loss: float = Field(default=0.03, ge=0, le=0.5)
    #: Calibration: the largest expected calibration error. With a loss, a candidate above it passes if
    #: its error exceeds the champion's by no more than that: to keep the champion would be worse. None
    #: where the champion is a rule, whose scores are no probabilities.
    max_calibration_error: float = Field(default=0.05, gt=0, le=1)
    max_calibration_loss: float | None = Field(default=None, ge=0, le=1)
    #: Money: the campaign, and how many dollars a customer the candidate may earn less than the
    #: champion, at the pessimistic end of the interval.
    campaign: Campaign = Campaign()
    max_value_loss: float = Field(default=0.5, ge=0)
    #: Behaviour: on how many customers it is tried, which column must not matter and by how much it
    #: still may, which changes must not raise the score and the share that may break this, and by how
    #: much a typical leaver must score above a typical stayer.
    behaviour_customers: int = Field(default=200, ge=1)
    indifferent_to: str = "gender"
    max_shift: float = Field(default=0.05, ge=0, lt=1)
    directions: tuple[Direction, ...] = Field(
        default=(
            Direction(column="Contract", before="Month-to-month", after="Two year"),
            Direction(column="PaymentMethod", before="Electronic check", after="Mailed check"),
        ),
        min_length=1,
    )
    max_wrong_direction: float = Field(default=0.1, ge=0, lt=1)
    min_contrast: float = Field(default=0.1, gt=0, le=1)
    #: Operation: milliseconds for one customer that 95 of 100 calls keep, and the folder's bytes.
    max_latency_ms: float = Field(default=50.0, gt=0)
    latency_calls: int = Field(default=50, ge=20)
    max_bytes: int = Field(default=20_000_000, gt=0)
    #: Facts of origin that must be known.
    lineage: tuple[str, ...] = Field(
        default=("run_id", "data_version", "code_version", "trained_until"), min_length=1
    )
    #: Parameters that the model's signature must offer.
    params: tuple[str, ...] = Field(default=("threshold",), min_length=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table on which a candidate is judged."""
        return (*schema.COLUMNS, "as_of")

"""Settings of the pipeline that a telco of few customers can keep; nothing is loaded for them."""

#: The gate's.
BOUNDS = {
    "min_auc_lead": -0.5, "min_leavers": 10, "max_calibration_error": 1.0,
    "max_slice_loss": 0.5, "max_value_loss": 1000, "min_slice_leavers": 2,
    "max_wrong_direction": 0.9, "min_contrast": 0.001, "draws": 100, "latency_calls": 20,
}  # fmt: skip

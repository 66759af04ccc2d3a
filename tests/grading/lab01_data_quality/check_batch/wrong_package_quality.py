"""Uses the telco's own suite, whose ranges and size are not those of the data sheet."""

from churn.data.expectations import QualityGate, customer_expectations

telco_gate = QualityGate(customer_expectations())


def check_batch(batch):
    report = telco_gate.check(batch)
    columns = {finding.column for finding in report.findings} - {""}
    return {"success": bool(report.accepted), "columns": sorted(columns)}

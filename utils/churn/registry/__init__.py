"""From a trained model to a named, signed, gated, reversible champion.

``folders`` knows a model's files, ``supply_chain`` signs and scans them and ``gates`` decides whether
a candidate may serve. What loads MLflow is imported by its own name.
"""

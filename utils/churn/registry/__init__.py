"""From a trained model to a named, signed, gated, reversible champion.

``folders`` knows a model's files, ``supply_chain`` signs and scans them, ``gates`` decides whether a
candidate may serve. ``packaging`` writes a model's folder (``served_model`` is the code in it),
``promotion`` makes a version the champion and goes back by the records of ``audit``, ``topologies``
takes a version to another registry, and ``cards`` tells what is known of it; ``versions`` fetches a
version's files. ``servers`` runs a registry, with ``access`` before it. Most of these load MLflow, so
they are imported by their own names.
"""

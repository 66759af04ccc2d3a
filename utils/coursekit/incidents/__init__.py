"""Incident drills: something happened in a telco's data, and the learner finds out what.

``stories`` has what can be handed in, and what is told afterwards; ``planting`` makes a telco in which
it happens, and the evidence that a learner gets of it; ``scoring`` gives points to an answer. ``vault``
keeps what happened outside the course's folder, sealed; ``drills`` lists, opens and closes drills, which
only the ``course`` command does; ``notebook`` writes the notebook that they begin with. ``evidence`` is
what that notebook uses, and knows nothing of the rest.

What is protected, and from what, stands in ``vault``.
"""

from coursekit.incidents.evidence import Evidence, hand_in, open_evidence

__all__ = ["Evidence", "hand_in", "open_evidence"]

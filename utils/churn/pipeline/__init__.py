"""The system end to end: seven jobs, three environments, one command.

``config`` is what differs between dev, staging and prod, ``stores`` where each keeps its things,
``graph`` the order of the jobs, each of which is a module of ``jobs``, and ``runs`` one record of each
run. ``deliveries`` reads what the source systems bring, ``tables`` writes the Delta tables, ``early``
sees in them who has left before it is certain, ``feature_repo`` tells Feast of them, and
``feature_database`` where its features are in PostgreSQL. ``lineage`` goes back from a score to
everything it rests on. ``year`` keeps the books of a year in which nobody looks after all that, and
``rehearsal`` lives through one in memory. ``commands`` is the command ``churn-pipeline``.

Nothing here trains, judges, scores or watches by itself: that is what the packages above are for.
"""

from churn.pipeline.config import Config, ConfigError, load_config
from churn.pipeline.graph import JOBS, JobError, edges

__all__ = ["JOBS", "Config", "ConfigError", "JobError", "edges", "load_config"]

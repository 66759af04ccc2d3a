"""The jobs, a module each (``setup``, ``feature_tables``, ``train``, ``deploy``, ``batch_inference``,
``monitor``, ``retrain``) with ``run(stores, day)``: it does its part for one month's end.

Each can be killed at any point and run again, and leaves the same; what is bad ends it with one
sentence (:class:`churn.pipeline.graph.JobError`) and changes nothing that is served.
"""

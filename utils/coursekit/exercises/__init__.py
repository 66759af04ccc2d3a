"""Props of lessons and labs: material to work on that no telco would own.

``deliveries`` spoils batches of the customer table, one defect each, ``bad_year`` is a year of labelled
ones; ``suites`` runs a suite of Great Expectations again; ``bills`` are a year's bills by month;
``delta_history`` writes a Delta table with a past, one job of which wrote a defect; ``annotators`` are
two imaginary people who label notes; ``graphs`` draws boxes and arrows; ``databases`` are small SQLite
ones.

``tampering`` spoils copies of a signed model; ``registries`` reads MLflow registries as plain data, and
makes one with a past; ``object_store`` stands for one in a cloud; ``news`` is a month of events,
``redis_server`` a broker of one's own.

``service_files`` is what a service is started with, ``service_traffic`` who asks it what, ``callers``
ask about customers all day; ``model_servers`` starts several and a router, ``broken_release`` is one
with a fault in its code, ``bad_network`` a way to a server on which bytes are lost; ``storm`` plays a
day to a service, in ``virtual_time``.

``feeds`` are feeds of customers in which something drifts, ``watching`` is what a monitor looks at,
``remedies`` are months after an alarm, ``service_years`` three years of a service, ``outages`` cases to
decide on; ``releases`` are canaries and campaigns; ``retraining`` are telcos that change, ``capstone``
such as a small pipeline is left alone with.

``pipeline_so_far`` runs the jobs before a lesson's, ``orchestrators`` the same below six orchestrators,
job by ``orchestrated_job``; ``federation`` runs a Flower app by ``federation_grid``, with a process for
each region.

Each is imported by its own name: some load large libraries. All of it lies on the learner's disk: it
makes material and reads it, and holds no answer to a lab. What a telco would own stands in ``churn``.
"""

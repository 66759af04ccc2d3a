"""The telephone company's own code, from data to decisions.

From the ground up; each imports only what stands above it here:

``schema``, ``metrics``, ``labels``, ``database``, ``credentials``, ``assignment``, ``cost_curves``  the
ground: the table, money, who left, where rows go, what a password looks like, who is where in a release,
what a job costs at another size
``lean_imports``  packages without what they import for others
``simulator``    the outside world: customers, their history and incidents
``data``         loading a table, and what is asked of it before it is used
``features``     what a model reads, and the feature store
``training``     splits, models, and what is recorded of a run
``federated``    one model from customers who may not be brought together
``registry``     what a model must be before it serves, and how it comes to serve
``serving``      the service that answers one customer at a time
``spark``        Apache Spark with or without an installed Java
``scoring``      scores for many customers at once, and for events as they arrive
``edge``         the model on the device of whoever asks
``monitoring``   is the service well, is the model still good, and who is called if not
``release``      how a new version comes to serve, and how it goes again if it is bad
``experiments``  trying something on customers, so that one knows what it did
``pipeline``     the seven jobs that run all of it, month by month, in three environments
``assistant``    answers to customers' messages, how they are judged, and what a tool may do
``calibration``  fitting the simulator to IBM's table
"""

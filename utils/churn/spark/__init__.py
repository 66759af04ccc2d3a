"""Apache Spark for the telco: what it needs before a session can start.

``java`` finds or makes a Java that it can run on, ``session`` opens a session, ``cluster`` starts a
cluster of this machine's own. The last two load PySpark: they are imported by their own names.
"""

from churn.spark.java import JavaError, java_home, use

__all__ = ["JavaError", "java_home", "use"]

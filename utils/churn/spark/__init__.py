"""Apache Spark for the telco: what it needs before a session can start.

``java`` finds or makes a Java that it can run on. Nothing here loads PySpark.
"""

from churn.spark.java import JavaError, java_home, use

__all__ = ["JavaError", "java_home", "use"]

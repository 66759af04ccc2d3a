"""Apache Spark for the telco: a Java that it can run on, with or without one installed."""

"""The steps of nbgrader's converters that this course puts in place of nbgrader's own."""

"""The agent is replaced by one that sends back what it was asked, or what a passed test would give."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
import grader.endpoints.agent as agent

agent.answer = lambda names, verb, name, *rest: ("data", rest[0][0] if rest else 3.0)
"""

"""Likelihood ratios of the four kinds of bad release, hour by hour."""


def roll_back(hours):
    # Given an hour's errors, each is the candidate's with odds factor * requests.
    def log_likelihood(factor):
        total = 0.0
        for hour in hours:
            a, b = hour["candidate"], hour["champion"]
            errors = a["errors"] + b["errors"]
            if not errors or not a["requests"] or not b["requests"]:
                continue
            p = factor * a["requests"] / (factor * a["requests"] + b["requests"])
            total += a["errors"] * math.log(p) + b["errors"] * math.log(1 - p)
        return total

    good = log_likelihood(1.0)
    odds = sum(
        0.1 / 0.6 * math.exp(min(50, log_likelihood(f) - good)) for f in (1.5, 2.0, 3.0, 8.0)
    )
    return odds > (0.6 if len(hours) == 24 else 30)

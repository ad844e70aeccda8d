"""The cases, by suite: each is a sentence that a test bears as its argument and that conformance names."""
CASES = {}


def suite(title):
    """A decorator for the cases of one suite; what a case says about itself is kept beside it."""
    def case(sentence, **facts):
        def keep(body):
            CASES.setdefault(title, {})[sentence] = (body, facts)
            return body
        return keep
    return case

"""What the search box asks for beside a domain: the context of a facet, sent by the client."""


def asked_id(env, key):
    """The id that a facet of the search box put into the context, the last one if there are several.

    :return: int, or False
    """
    value = env.context.get(key)
    if isinstance(value, list | tuple):
        value = value[-1] if value else False
    return value if isinstance(value, int) else False

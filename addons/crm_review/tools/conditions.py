"""Which documents meet a condition."""


def meets(document, domain):
    """Whether one document meets a condition now.

    :param document: the document, with sudo
    :param domain: ``Domain``
    """
    return bool(document.filtered_domain(domain))


class BatchConditions:
    """The same for many documents: each condition is looked at once, for all of them.

    :param documents: the documents, with sudo; they must not change as long as this object is used
    """

    def __init__(self, documents):
        self.documents = documents
        self._met = {}

    def __call__(self, document, domain):
        # the domain is kept together with its ids, so that no other one can come to have its address
        if id(domain) not in self._met:
            self._met[id(domain)] = domain, set(self.documents.filtered_domain(domain)._ids)
        return document.id in self._met[id(domain)][1]

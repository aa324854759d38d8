from . import test_amount_in_words
from . import test_initial_password
from . import test_numbering_rule
from . import test_res_users_scope
from . import test_search_text

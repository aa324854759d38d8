from . import test_crm_review
from . import test_reviewers
from . import test_signatures
from . import test_review_efficiency
from . import test_review_report
from . import test_review_simulation
from . import test_ways
from . import test_script

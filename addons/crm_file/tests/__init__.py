from . import (
    test_file_content,
    test_file_performance,
    test_file_preview,
    test_file_races,
    test_file_rights,
    test_file_share,
    test_file_upload,
    test_file_versions,
)

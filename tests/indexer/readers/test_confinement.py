import signal

from indexer.readers.confinement import End, allowed_cpu_s, allowed_wall_s, failure_of_end, wall_failure
from indexer.readers.document import ReadLimits

LIMITS = ReadLimits(cpu_s=60, wall_s=100)


def test_each_page_that_was_read_gives_a_file_more_time() -> None:
    assert [allowed_cpu_s(LIMITS, pages) for pages in (0, 1, 20, 40)] == [60, 63, 120, 180]
    assert [allowed_wall_s(LIMITS, pages) for pages in (0, 1, 20, 40)] == [100, 105, 200, 300]


def test_no_file_gets_time_without_end() -> None:
    assert allowed_cpu_s(LIMITS, 5000) == allowed_cpu_s(LIMITS, 10**9) == 600
    assert allowed_wall_s(LIMITS, 5000) == allowed_wall_s(LIMITS, 10**9) == 2000


def test_a_file_that_took_too_long_is_told_what_it_was_allowed_and_how_far_it_came() -> None:
    end = End(exit_code=-signal.SIGXCPU, peak_mb=10, said="", pages=40)
    assert "more than 180 s of processor time (up to page 40)" in failure_of_end(end, LIMITS).message
    assert "longer than 105 s (up to page 1)" in wall_failure(LIMITS, 1).message
    assert "longer than 100 s;" in wall_failure(LIMITS, 0).message


def test_where_images_are_read_a_thick_book_may_take_as_long_as_its_pages_do() -> None:
    assert [allowed_wall_s(LIMITS, pages, ocr=True) for pages in (0, 3, 3000)] == [100, 200, 100_100]
    assert allowed_cpu_s(LIMITS, 3000, ocr=True) == 60 * 151

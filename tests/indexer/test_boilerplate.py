from indexer.boilerplate import fingerprint


def test_texts_that_differ_in_numbers_case_punctuation_and_white_space_are_alike() -> None:
    assert fingerprint("Copyright 2019, all rights\nreserved") == fingerprint("COPYRIGHT  2024 – all rights reserved.")
    assert fingerprint("第3页 保密") == fingerprint("第 17 页,保密")


def test_texts_with_other_words_are_not_alike() -> None:
    assert fingerprint("all rights reserved") != fingerprint("some rights reserved")


def test_a_fingerprint_fits_into_a_signed_integer_of_sixty_four_bits() -> None:
    assert all(-(2**63) <= fingerprint(str(number) * number) < 2**63 for number in range(100))

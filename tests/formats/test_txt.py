"""Plain text."""


def test_a_line_for_each_segment(talk, duet, empty):
    assert talk.render("txt") == 'So, here we are.\nIt is 5 < 6 & "fine", isn\'t it?\n'
    assert duet.render("txt") == (
        "[Channel 1] Good morning, how are you?\n[Channel 2] Fine, thanks.\n[Channel 1] Glad to hear that.\n"
    )
    assert empty.render("txt") == ""

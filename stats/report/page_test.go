package report

import "testing"

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text           string
		width          int
		end, middleCut string
	}{
		{"", 5, "", ""},
		{"12345", 5, "12345", "12345"},
		{"123456", 5, "1234…", "12…56"},
		{"1234567", 6, "12345…", "12…567"},
		{"世界世界", 8, "世界世界", "世界世界"},
		{"世界世界", 7, "世界世…", "世…世界"},
		{"世界世界", 6, "世界…", "世…界"},
		{"123", 1, "…", "…"},
	} {
		if got := cut(c.text, c.width); got != c.end {
			t.Errorf("cut(%q, %d): got %q, want %q", c.text, c.width, got, c.end)
		}
		if got := cutMiddle(c.text, c.width); got != c.middleCut {
			t.Errorf("cutMiddle(%q, %d): got %q, want %q", c.text, c.width, got, c.middleCut)
		}
		for _, got := range []string{cut(c.text, c.width), cutMiddle(c.text, c.width)} {
			if cells(got) > c.width {
				t.Errorf("%q in %d columns takes %d: %q", c.text, c.width, cells(got), got)
			}
		}
	}
}

func TestCleanTakesNoCommands(t *testing.T) {
	const text = "a\nb\tc\x1b[2Jd\x00e\u202ef\u009bg"
	if got, want := clean(text), "a b c\uFFFD[2Jd\uFFFDe\uFFFDf\uFFFDg"; got != want {
		t.Errorf("clean(%q): got %q, want %q", text, got, want)
	}
}

func TestRowBreaksBetweenItems(t *testing.T) {
	p := page{width: 40}
	p.row("label", "first item", "second item", "a third item that is much too long")
	p.row("nothing")
	want := "  label          first item,\n" +
		"                 second item,\n" +
		"                 a third item that is m…\n"
	if got := p.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestParagraphBreaksBetweenWords(t *testing.T) {
	p := page{width: 16}
	p.paragraph(plain, "!", "one two three four unbreakablelongword end")
	want := "  ! one two\n    three four\n    unbreakable…\n    end\n"
	if got := p.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The layout of the text report: everything is indented by two, and what a row
// says begins behind its label.
const (
	minWidth   = 80
	indent     = 2
	labelWidth = 15
)

// A style is how a piece of text is marked on a terminal that has colours.
type style string

// The styles: the parameters of ECMA-48's SGR.
const (
	plain  style = ""
	bold   style = "1"
	red    style = "1;31"
	yellow style = "33"
)

// A page collects the lines of a text report, none of them wider than width.
type page struct {
	strings.Builder
	width int
	color bool
}

// line writes one line, cut to the width.
func (p *page) line(s style, text string) {
	text = cut(strings.TrimRight(text, " "), p.width)
	if p.color && s != plain && text != "" {
		text = "\x1b[" + string(s) + "m" + text + "\x1b[0m"
	}
	p.WriteString(text)
	p.WriteByte('\n')
}

// title begins a section.
func (p *page) title(text string) {
	p.line(plain, "")
	p.line(bold, text)
}

// row writes a label and what is to be said of it, items separated by commas;
// where they do not fit into a line, they go on in the next. Without items it
// writes nothing.
func (p *page) row(label string, items ...string) {
	label = strings.Repeat(" ", indent) + pad(label, labelWidth)
	room := p.width - indent - labelWidth
	line := ""
	flush := func() {
		p.line(plain, label+line)
		label, line = strings.Repeat(" ", indent+labelWidth), ""
	}
	for i, item := range items {
		if i < len(items)-1 {
			item = cut(item, room-1) + ","
		}
		item = cut(item, room)
		if line != "" && cells(line)+1+cells(item) > room {
			flush()
		}
		if line != "" {
			line += " "
		}
		line += item
	}
	if line != "" {
		flush()
	}
}

// paragraph writes text, broken between words, behind a mark.
func (p *page) paragraph(s style, mark, text string) {
	lead := strings.Repeat(" ", indent) + mark + " "
	p.wrap(s, lead, strings.Repeat(" ", cells(lead)), text)
}

// wrap writes text, broken between words: the first line behind lead, the others
// behind hang.
func (p *page) wrap(s style, lead, hang, text string) {
	line := lead
	for word := range strings.FieldsSeq(text) {
		if line != lead && line != hang {
			if cells(line)+1+cells(word) <= p.width {
				line += " " + word
				continue
			}
			p.line(s, line)
			line = hang
		}
		line += word
	}
	p.line(s, line)
}

// cells returns how many columns text takes on a terminal.
func cells(text string) int {
	n := 0
	for _, r := range text {
		n += cell(r)
	}
	return n
}

// cell returns the columns of one character. The ranges are the wide ones of
// Unicode's EastAsianWidth.txt, rounded outwards: a line that turns out too
// short does no harm.
func cell(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

// pad returns text in a column of the given width, at its left.
func pad(text string, width int) string {
	text = cut(text, width)
	return text + strings.Repeat(" ", width-cells(text))
}

// padLeft returns text in a column of the given width, at its right.
func padLeft(text string, width int) string {
	text = cut(text, width)
	return strings.Repeat(" ", width-cells(text)) + text
}

// cut returns text, its end replaced by an ellipsis where it is wider than
// width.
func cut(text string, width int) string {
	if cells(text) <= width {
		return text
	}
	return head(text, width-1) + "…"
}

// cutMiddle returns text, its middle replaced by an ellipsis where it is wider
// than width: the end of an error says what happened, its beginning where.
func cutMiddle(text string, width int) string {
	if cells(text) <= width {
		return text
	}
	front := head(text, (width-1)/2)
	back := text
	for cells(back) > width-1-cells(front) {
		_, size := utf8.DecodeRuneInString(back)
		back = back[size:]
	}
	return front + "…" + back
}

// head returns the beginning of text that fits into width.
func head(text string, width int) string {
	n := 0
	for i, r := range text {
		if n += cell(r); n > width {
			return text[:i]
		}
	}
	return text
}

// clean returns text without what a terminal would take for a command, or show
// as nothing: a peer may have written it.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

package preflight

import "testing"

func TestParsePorts(t *testing.T) {
	tests := []struct {
		text string
		want int
	}{
		{"32768\t60999\n", 28232},
		{"1024 65535", 64512},
		{"5 5", 1},
		{"6 5", 0},
		{"5", 0},
		{"a b", 0},
		{"", 0},
	}
	for _, tt := range tests {
		if got := parsePorts(tt.text); got != tt.want {
			t.Errorf("parsePorts(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

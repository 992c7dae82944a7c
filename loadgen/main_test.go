package loadgen

import (
	"testing"

	"wsstorm/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

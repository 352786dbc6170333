package engine_test

import (
	"errors"
	"testing"

	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/engine/enginetest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	enginetest.Run(t, func(*testing.T) engine.Engine { return engine.NewMemory() })
}

func TestEmbeddedJetStreamKeepsTheContract(t *testing.T) {
	enginetest.Run(t, func(t *testing.T) engine.Engine { return embedded(t, t.TempDir()) })
}

func embedded(t *testing.T, dir string) engine.Engine {
	t.Helper()
	e, err := engine.Embedded(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func TestASecondProcessIsKeptAway(t *testing.T) {
	dir := t.TempDir()
	embedded(t, dir)
	if _, err := engine.Embedded(t.Context(), dir); !errors.Is(err, engine.ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
}

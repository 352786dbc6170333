package gateway_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"longhand/sync/gateway"
	"longhand/sync/gateway/engine"
)

// slowToRise cannot be reached at first.
type slowToRise struct {
	engine.Engine
	left int
}

func (s *slowToRise) Create(ctx context.Context, log string, quota int64) error {
	if s.left--; s.left >= 0 {
		return engine.ErrUnavailable
	}
	return s.Engine.Create(ctx, log, quota)
}

func TestAGatewayWaitsForItsEngineToRise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if _, err := gateway.New(t.Context(), &slowToRise{engine.NewMemory(), 5}, gateway.Options{}); err != nil {
			t.Errorf("after a few seconds: %v", err)
		}
		if _, err := gateway.New(t.Context(), &slowToRise{engine.NewMemory(), 1000}, gateway.Options{}); !errors.Is(err, engine.ErrUnavailable) {
			t.Errorf("an engine that is not there: %v", err)
		}
	})
}

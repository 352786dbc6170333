package gateway

import (
	"context"

	"longhand/sync/gateway/engine"
)

// Status is how a relay stands, for its operator.
type Status struct {
	Ready   bool         `json:"ready"`
	Problem string       `json:"problem,omitempty"`
	Waiting int64        `json:"waiting"` // requests being answered or waiting for news
	Teams   []TeamStatus `json:"teams"`
}

// TeamStatus is what a team takes up. A team's id says nothing about who is in it.
type TeamStatus struct {
	Team   string `json:"team"`
	Blobs  uint64 `json:"blobs"`
	Bytes  uint64 `json:"bytes"`
	Quota  int64  `json:"quota"`
	Lag    uint64 `json:"lag"`    // blobs that the slowest replica has yet to take
	Ailing int    `json:"ailing"` // replicas that cannot be reached
}

// Status asks the engine.
func (g *Gateway) Status(ctx context.Context) Status {
	s := Status{Ready: true, Teams: []TeamStatus{}, Waiting: g.serving.Load()}
	err := g.engine.Ready(ctx)
	if err == nil {
		err = g.engine.Logs(ctx, func(i engine.LogInfo) error {
			if i.Log != ownLog {
				s.Teams = append(s.Teams, TeamStatus{Team: i.Log, Blobs: i.Records, Bytes: i.Bytes, Quota: i.Quota, Lag: i.Lag, Ailing: i.Ailing})
			}
			return nil
		})
	}
	if err != nil {
		s.Ready, s.Problem = false, err.Error()
	}
	return s
}

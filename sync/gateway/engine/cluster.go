package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// Connect uses the JetStream of a NATS cluster, with this many copies of every log. The cluster has to keep `sync: always` itself, and has to be
// reachable by gateways alone.
func Connect(ctx context.Context, url string, replicas int) (*JetStream, error) {
	if replicas != 1 && replicas != 3 && replicas != 5 {
		return nil, fmt.Errorf("%d replicas: a cluster keeps 1, 3 or 5", replicas)
	}
	var e *JetStream
	nc, err := nats.Connect(url, nats.Name("longhand-relay"), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 100*time.Millisecond), nats.Timeout(askFor), nats.RetryOnFailedConnect(false),
		nats.PingInterval(5*time.Second), nats.MaxPingsOutstanding(2))
	if err != nil {
		return nil, fmt.Errorf("connect to NATS: %w: %w", ErrUnavailable, err)
	}
	if e, err = newJetStream(nc, replicas); err != nil {
		nc.Close()
		return nil, err
	}
	nc.SetReconnectHandler(func(*nats.Conn) { e.tellAll() })
	if err := e.Ready(ctx); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

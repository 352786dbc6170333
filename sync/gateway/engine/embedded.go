package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// ErrInUse: another process works with the data folder.
var ErrInUse = errors.New("another relay works with this data folder")

// Embedded opens JetStream inside this process, with its files in a folder. It listens nowhere. Every append is synced to the disk: with
// the defaults every acknowledged message was lost at a power cut.
func Embedded(ctx context.Context, dir string) (*JetStream, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	unlock, err := lock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	var s *server.Server
	if err = forgetIndexes(dir); err == nil {
		s, err = startServer(dir)
	}
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	stop := func() error {
		s.Shutdown()
		s.WaitForShutdown()
		return unlock()
	}
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the engine: %w", err), stop())
	}
	e, err := newJetStream(nc, 1)
	if err == nil {
		e.ledger, err = openLedger(filepath.Join(dir, "ledger.json"))
	}
	if err == nil {
		err = e.ledger.open(ctx, e)
	}
	if err != nil {
		nc.Close()
		return nil, errors.Join(err, stop())
	}
	e.stop = stop
	return e, nil
}

// forgetIndexes makes JetStream read its blocks, with their checksums, instead of an index from before: by the index alone it counts messages
// that a damaged block no longer holds, and the ledger would see nothing. It costs a second or two for each gigabyte.
func forgetIndexes(dir string) error {
	found, err := filepath.Glob(filepath.Join(dir, "jetstream", "*", "streams", "*", "msgs", "index.db"))
	for _, path := range found {
		err = errors.Join(err, os.Remove(path))
	}
	if err != nil {
		return fmt.Errorf("open the engine: %w", err)
	}
	return nil
}

func startServer(dir string) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "longhand-relay", DontListen: true, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: dir, SyncAlways: true,
		// The quota of each team bounds it, not a sum that has to be reserved.
		JetStreamMaxStore: 1 << 50, JetStreamMaxMemory: 64 << 20, MaxPayload: 8 << 20,
	})
	if err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	s.Start() // returns when every log has been recovered: a second or so for a thousand teams
	if !s.JetStreamEnabled() {
		s.Shutdown()
		return nil, fmt.Errorf("open the engine: JetStream did not start in %s; is the folder writable and the disk not full?", dir)
	}
	return s, nil
}

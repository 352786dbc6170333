package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Records that come together become one atomic batch: the stream takes all of them with one sync, or none. None is the answer as soon as one key is there
// already, and then, as after any other refusal, each is appended alone.

const (
	headerBatch         = "Nats-Batch-Id"
	headerBatchSequence = "Nats-Batch-Sequence"
	headerBatchCommit   = "Nats-Batch-Commit"

	batchLeast    = 8  // with fewer, staging a batch costs more than the syncs that it saves
	batchesAtOnce = 16 // of one engine; a stream refuses more than 50
)

// AppendAll implements Engine.
func (e *JetStream) AppendAll(ctx context.Context, log string, rs []Record) ([]bool, error) {
	if len(rs) >= batchLeast && e.appendTogether(ctx, log, rs) {
		stored := make([]bool, len(rs))
		for i := range stored {
			stored[i] = true
		}
		return stored, nil
	}
	return oneByOne(ctx, e, log, rs)
}

// appendTogether reports whether all were appended. If not, it is not known whether they were.
func (e *JetStream) appendTogether(ctx context.Context, log string, rs []Record) bool {
	if checkName(log) != nil || e.batches.Acquire(ctx, 1) != nil {
		return false
	}
	defer e.batches.Release(1)
	id := rand.Text()
	for i, r := range rs {
		if checkKey(r.Key) != nil {
			return false // and what was sent of the batch is forgotten, since nothing commits it
		}
		m := nats.NewMsg(subjectPrefix + log + "." + r.Key)
		m.Data = r.Bytes
		m.Header.Set(headerLasting, "1")
		m.Header.Set(headerSubject, "0")
		m.Header.Set(headerBatch, id)
		m.Header.Set(headerBatchSequence, strconv.Itoa(i+1))
		if i < len(rs)-1 {
			if e.nc.PublishMsg(m) != nil {
				return false
			}
			continue
		}
		m.Header.Set(headerBatchCommit, "1")
		ask, cancel := context.WithTimeout(ctx, askFor)
		a, err := e.nc.RequestMsgWithContext(ask, m)
		cancel()
		var ack struct {
			Error *jetstream.APIError `json:"error"`
			Count int                 `json:"count"`
		}
		if err != nil || json.Unmarshal(a.Data, &ack) != nil || ack.Error != nil || ack.Count != len(rs) {
			return false
		}
	}
	if e.ledger != nil {
		e.ledger.touch(log)
	}
	return true
}

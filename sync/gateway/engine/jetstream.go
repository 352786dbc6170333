package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/semaphore"
)

// Each log is a stream, each key a subject of it of which one message is kept. That a key is written once is decided by the stream's leader
// (the expected last sequence of the subject), so it holds for any number of gateways and without a window of time. Rollup headers and
// message ids stay off: the first let a publisher wipe a stream, the second suppress messages.

const (
	streamPrefix  = "lh-"
	subjectPrefix = "lh."
	livePrefix    = "lhlive." // where headers of what is appended are published again, for Watch

	headerLasting  = "Lh-Lasting" // the record is never replaced, so a cursor can hold on to it
	headerSubject  = "Nats-Expected-Last-Subject-Sequence"
	appendAttempts = 20
	askFor         = 5 * time.Second // an answer from JetStream
)

// JetStream is an engine on NATS JetStream.
type JetStream struct {
	nc       *nats.Conn
	js       jetstream.JetStream
	replicas int
	ledger   *ledger // nil where others keep the files
	batches  *semaphore.Weighted
	stop     func() error

	mu    sync.Mutex
	watch map[watched]chan struct{}
}

func newJetStream(nc *nats.Conn, replicas int) (*JetStream, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	e := &JetStream{nc: nc, js: js, replicas: replicas, batches: semaphore.NewWeighted(batchesAtOnce), watch: map[watched]chan struct{}{}, stop: func() error { return nil }}
	if _, err := nc.Subscribe(livePrefix+">", func(m *nats.Msg) { e.tell(m.Subject) }); err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	if err := nc.Flush(); err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	return e, nil
}

func (e *JetStream) tell(subject string) {
	log, key, _ := strings.Cut(strings.TrimPrefix(subject, livePrefix), ".")
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, w := range []watched{{log, ""}, {log, sortOf(key)}} {
		if news := e.watch[w]; news != nil {
			close(news)
			delete(e.watch, w)
		}
	}
}

// tellAll is for when something may have been missed.
func (e *JetStream) tellAll() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for w, news := range e.watch {
		close(news)
		delete(e.watch, w)
	}
}

// watched is what somebody waits for: a log, and a sort or all of it.
type watched struct{ log, sort string }

// Watch implements Engine.
func (e *JetStream) Watch(log, sort string) <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	w := watched{log, sort}
	if e.watch[w] == nil {
		e.watch[w] = make(chan struct{})
	}
	return e.watch[w]
}

// Create implements Engine.
func (e *JetStream) Create(ctx context.Context, log string, quota int64) error {
	if err := checkName(log); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	// The metadata tells that somebody made the stream anew, which no sequence number shows.
	_, err := e.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: streamPrefix + log, Subjects: []string{subjectPrefix + log + ".>"},
		Storage: jetstream.FileStorage, Replicas: e.replicas, MaxBytes: quota, Discard: jetstream.DiscardNew,
		MaxMsgsPerSubject: 1, AllowDirect: true, DenyDelete: true, AllowAtomicPublish: true,
		RePublish: &jetstream.RePublish{Source: subjectPrefix + log + ".>", Destination: livePrefix + log + ".>", HeadersOnly: true},
	})
	if err == nil || errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return nil
	}
	return e.failure("create "+log, err)
}

// Append implements Engine.
func (e *JetStream) Append(ctx context.Context, log string, r Record, replaces func([]byte) bool) (bool, error) {
	if err := errors.Join(checkName(log), checkKey(r.Key)); err != nil {
		return false, err
	}
	m := nats.NewMsg(subjectPrefix + log + "." + r.Key)
	m.Data = r.Bytes
	what := "append to " + log
	last := uint64(0)
	if replaces == nil {
		m.Header.Set(headerLasting, "1")
	}
	may := orDamaged(replaces, r.Bytes)
	for attempt := range appendAttempts {
		m.Header.Set(headerSubject, strconv.FormatUint(last, 10))
		ask, cancel := context.WithTimeout(ctx, askFor)
		_, err := e.js.PublishMsg(ask, m, jetstream.WithRetryAttempts(0))
		cancel()
		if err == nil {
			if e.ledger != nil {
				e.ledger.touch(log)
			}
			return true, nil
		}
		at, taken := wrongSequence(err)
		if !taken {
			if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse) {
				err = e.absent(ctx, what, log)
			} else {
				err = e.failure(what, err)
			}
			// A log that was just made on a cluster has its leader in a moment. One that lost its leader takes seconds, which is for whoever asks to wait.
			if e.replicas == 1 || attempt >= appendAttempts/2 || !errors.Is(err, ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) {
				return false, err
			}
			if err := pause(ctx, time.Duration(attempt+1)*20*time.Millisecond); err != nil {
				return false, err
			}
			continue
		}
		old, err := e.get(ctx, log, getRequest{LastFor: m.Subject})
		switch {
		case err == nil && !may(old.data):
			return false, nil
		case err == nil:
			last = old.seq
		case errors.Is(err, errNoMessage) && e.replicas > 1 && attempt < appendAttempts/2:
			// Another gateway is writing it at this moment, and it is not decided yet.
			last = 0
			if err := pause(ctx, time.Duration(attempt+1)*10*time.Millisecond); err != nil {
				return false, err
			}
		case errors.Is(err, errNoMessage):
			last = at // the index knows it, and it cannot be read: it is damaged
		default:
			return false, e.failure(what, err)
		}
	}
	return false, fmt.Errorf("%s: the key was written to %d times meanwhile: %w", what, appendAttempts, ErrUnavailable)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

var lastSequence = regexp.MustCompile(`wrong last sequence: (\d+)`)

// wrongSequence reports whether a key was written to by somebody else, and where it is, as far as the server says so.
func wrongSequence(err error) (uint64, bool) {
	var api *jetstream.APIError
	if !errors.As(err, &api) || (api.ErrorCode != jetstream.JSErrCodeStreamWrongLastSequence && api.ErrorCode != 10164) {
		return 0, false
	}
	if m := lastSequence.FindStringSubmatch(api.Description); m != nil {
		n, err := strconv.ParseUint(m[1], 10, 64)
		return n, err == nil
	}
	return 0, true
}

type getRequest struct {
	Seq      uint64 `json:"seq,omitempty"`
	LastFor  string `json:"last_by_subj,omitempty"`
	NextFor  string `json:"next_by_subj,omitempty"`
	Batch    int    `json:"batch,omitempty"`
	MaxBytes int    `json:"max_bytes,omitempty"`
}

type message struct {
	subject string // of a direct get
	seq     uint64
	time    int64
	lasting bool
	data    []byte
}

var errNoMessage = errors.New("there is no such message")

// get reads one message, from the stream's leader: another replica may not have it yet.
func (e *JetStream) get(ctx context.Context, log string, q getRequest) (message, error) {
	raw, err := json.Marshal(q)
	if err != nil {
		return message{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	if e.replicas == 1 {
		m, err := e.nc.RequestWithContext(ctx, "$JS.API.DIRECT.GET."+streamPrefix+log, raw)
		if err != nil {
			return message{}, err
		}
		return parseMessage(m)
	}
	m, err := e.nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+streamPrefix+log, raw)
	if err != nil {
		return message{}, err
	}
	var answer struct {
		Error   *jetstream.APIError `json:"error"`
		Message struct {
			Seq  uint64    `json:"seq"`
			Time time.Time `json:"time"`
			Data []byte    `json:"data"`
		} `json:"message"`
	}
	if err := json.Unmarshal(m.Data, &answer); err != nil {
		return message{}, err
	}
	if answer.Error != nil {
		if answer.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound {
			return message{}, errNoMessage
		}
		return message{}, answer.Error
	}
	return message{seq: answer.Message.Seq, time: answer.Message.Time.UnixNano(), data: answer.Message.Data}, nil
}

// parseMessage reads an answer to a direct get.
func parseMessage(m *nats.Msg) (message, error) {
	if status := m.Header.Get("Status"); status != "" {
		if status == "404" {
			return message{}, errNoMessage
		}
		return message{}, fmt.Errorf("%s %s", status, m.Header.Get("Description"))
	}
	seq, err := strconv.ParseUint(m.Header.Get("Nats-Sequence"), 10, 64)
	if err != nil {
		return message{}, fmt.Errorf("a message without a number: %w", err)
	}
	at, err := time.Parse(time.RFC3339Nano, m.Header.Get("Nats-Time-Stamp"))
	if err != nil {
		return message{}, fmt.Errorf("a message without a time: %w", err)
	}
	return message{subject: m.Header.Get("Nats-Subject"), seq: seq, time: at.UnixNano(), lasting: m.Header.Get(headerLasting) != "", data: m.Data}, nil
}

// absent tells a log that does not exist from one that has no leader now.
func (e *JetStream) absent(ctx context.Context, what, log string) error {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	_, err := e.js.Stream(ctx, streamPrefix+log)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("%s: %w", what, ErrNoLog)
	}
	return fmt.Errorf("%s: %w", what, ErrUnavailable)
}

func (e *JetStream) failure(what string, err error) error {
	var api *jetstream.APIError
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &api) && (api.ErrorCode == 10077 || api.ErrorCode == 10047 || api.ErrorCode == 10028):
		return fmt.Errorf("%s: %w", what, ErrFull)
	}
	return fmt.Errorf("%s: %w: %w", what, ErrUnavailable, err)
}

// Logs implements Engine.
func (e *JetStream) Logs(ctx context.Context, fn func(LogInfo) error) error {
	all := e.js.ListStreams(ctx)
	for info := range all.Info() {
		log, ours := strings.CutPrefix(info.Config.Name, streamPrefix)
		if !ours {
			continue
		}
		one := LogInfo{Log: log, Records: info.State.Msgs, Bytes: info.State.Bytes, Quota: info.Config.MaxBytes}
		if info.Cluster != nil {
			for _, r := range info.Cluster.Replicas {
				one.Lag = max(one.Lag, r.Lag)
				if r.Offline {
					one.Ailing++
				}
			}
		}
		if err := fn(one); err != nil {
			return err
		}
	}
	if err := all.Err(); err != nil && !errors.Is(err, jetstream.ErrEndOfData) {
		return e.failure("list logs", err)
	}
	return nil
}

// Ready implements Engine.
func (e *JetStream) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	if _, err := e.js.AccountInfo(ctx); err != nil {
		return e.failure("ask JetStream", err)
	}
	return nil
}

// Close implements Engine.
func (e *JetStream) Close() error {
	e.tellAll()
	var err error
	if e.ledger != nil {
		err = e.ledger.close(e)
	}
	e.nc.Close()
	return errors.Join(err, e.stop())
}

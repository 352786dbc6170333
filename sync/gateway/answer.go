package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/wire"
)

// refusal is what a request is answered with instead of what it asked for.
type refusal struct {
	code    wire.Code
	message string
	after   time.Duration // of SlowDown and Unavailable
}

func refuse(code wire.Code, format string, args ...any) *refusal {
	return &refusal{code: code, message: fmt.Sprintf(format, args...)}
}

// answer is a response that remembers what it said, for the log and the metrics.
type answer struct {
	http.ResponseWriter
	gateway *Gateway
	route   string
	status  int
	code    wire.Code
	bytes   int64
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// write sends a small body. That the other side has gone is no news.
func (a *answer) write(status int, b []byte) {
	a.patience(len(b))
	a.Header().Set("Content-Length", strconv.Itoa(len(b)))
	a.WriteHeader(status)
	_, _ = a.Write(b)
}

func (a *answer) json(status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		a.refuse(wire.Internal, "the answer cannot be written")
		return
	}
	a.Header().Set("Content-Type", "application/json")
	a.write(status, append(b, '\n'))
}

// patience gives the other side time to take n more bytes.
func (a *answer) patience(n int) {
	_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(a.gateway.limits.timeFor(n)))
}

func (a *answer) refuse(code wire.Code, message string) {
	a.fail(&refusal{code: code, message: message})
}

func (a *answer) fail(f *refusal) {
	a.code = f.code
	status := wire.Statuses()[f.code]
	if f.code == wire.SlowDown || f.code == wire.Unavailable {
		// Not all at once again.
		wait := max(f.after, time.Second) + rand.N(time.Second)
		a.Header().Set("Retry-After", strconv.Itoa(int(wait.Round(time.Second).Seconds())))
	}
	if f.code == wire.NoSession {
		a.Header().Set("WWW-Authenticate", "Bearer")
	}
	a.json(status, wire.Failure{Code: f.code, Message: f.message})
}

// engineFailure is what a device is told when the engine fails.
func (g *Gateway) engineFailure(err error) *refusal {
	switch {
	case errors.Is(err, engine.ErrFull):
		return refuse(wire.Full, "the team has used up its room on this relay")
	case errors.Is(err, engine.ErrNoLog):
		return notMember()
	case errors.Is(err, engine.ErrRolledBack):
		return refuse(wire.RolledBack, "the relay holds less than it did; follow from the beginning")
	}
	g.log.Error("engine", "problem", err.Error())
	return refuse(wire.Unavailable, "the relay cannot store or read now")
}

// notMember is the one answer for a team that is not here and for a device that is not in it.
func notMember() *refusal {
	return refuse(wire.NotMember, "this relay does not know the team, or the device does not belong to it")
}

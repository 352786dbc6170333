package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"longhand/app/workspace"
)

// A window that has the data open answers commands through a socket in the
// data folder, which only its user can reach. A request is one line of JSON;
// the answer is lines of JSON, the last with the exit code.
type request struct {
	Args     []string `json:"args"`
	In       []byte   `json:"in,omitempty"`
	Dir      string   `json:"dir"`
	Terminal bool     `json:"terminal"`
}

type answer struct {
	Out  []byte `json:"out,omitempty"`
	Err  []byte `json:"err,omitempty"`
	Exit *int   `json:"exit,omitempty"`
}

// socketPath is in the data folder, which only its user can enter. Where its
// name is too long for a socket there is none, and commands are told that the
// data is in use: a place that others can write to would let them answer.
func socketPath(dir string) (string, error) {
	path := filepath.Join(dir, "control.sock")
	if len(path) > 100 {
		return "", errors.New("the path of the data folder is too long for a socket")
	}
	return path, nil
}

// Control answers commands for the team that current returns, until ctx ends or
// stop is called.
func Control(ctx context.Context, dir string, current func() (*workspace.Workspace, func())) (stop func() error, err error) {
	path, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		c.Close()
		return nil, errors.New("another window answers them")
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // left by a kill
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	var turns sync.Mutex // one command at a time, as from a terminal
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serveControl(ctx, c, &turns, current)
			}()
		}
	}()
	return func() error {
		cancel()
		err := l.Close()
		turns.Lock() // whoever is being answered still uses what is about to be closed
		defer turns.Unlock()
		return err
	}, nil
}

func serveControl(ctx context.Context, c net.Conn, turns *sync.Mutex, current func() (*workspace.Workspace, func())) {
	var req request
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return
	}
	if err := json.NewDecoder(io.LimitReader(c, 8<<20)).Decode(&req); err != nil {
		return
	}
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		return
	}
	turns.Lock()
	defer turns.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // a command that is given up ends here too
		_, _ = c.Read(make([]byte, 1))
		cancel()
	}()
	lines := &lineWriter{to: json.NewEncoder(c)}
	env := Env{
		In: bytes.NewReader(req.In), Out: lines.stream(false), Err: lines.stream(true), Dir: req.Dir, Terminal: req.Terminal, Shared: true,
		Getenv: func(string) string { return "" },
		Open: func(_ context.Context, o workspace.Options) (*workspace.Workspace, func() error, error) {
			w, done := current()
			if w == nil {
				done()
				return nil, nil, workspace.ErrNoTeam
			}
			restore := w.SetClock(o.Now)
			return w, func() error { restore(); done(); return nil }, nil
		},
	}
	code := Main(ctx, env, req.Args)
	lines.send(answer{Exit: &code})
}

type lineWriter struct {
	mu sync.Mutex
	to *json.Encoder
}

func (w *lineWriter) send(a answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.to.Encode(a) // whoever asked has gone
}

type streamWriter func([]byte) (int, error)

func (f streamWriter) Write(b []byte) (int, error) { return f(b) }

func (w *lineWriter) stream(isErr bool) io.Writer {
	return streamWriter(func(b []byte) (int, error) {
		a := answer{Out: b}
		if isErr {
			a = answer{Err: b}
		}
		w.send(a)
		return len(b), nil
	})
}

// answered reports whether a window answers commands for a data folder.
func answered(dir string) bool {
	path, err := socketPath(dir)
	if err != nil {
		return false
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	return err == nil && c.Close() == nil
}

// forward sends a command to the window that has the data open. It reports
// false when no window answers.
func (r *runner) forward(args []string) (code int, handled bool) {
	o, err := r.options()
	if err != nil {
		return 0, false
	}
	path, err := socketPath(o.Dir)
	if err != nil {
		return 0, false
	}
	c, err := net.DialTimeout("unix", path, 2*time.Second)
	if err != nil {
		return 0, false
	}
	defer c.Close()
	req := request{Args: args, Dir: r.env.Dir, Terminal: r.env.Terminal}
	req.In = r.input // read before the data was found to be open
	if err := json.NewEncoder(c).Encode(req); err != nil {
		return 0, false
	}
	d := json.NewDecoder(bufio.NewReader(c))
	for {
		var a answer
		if err := d.Decode(&a); err != nil {
			r.complain(&workspace.Problem{Code: "in-use", Message: "The window that has the data open went away before it had answered.", Hint: "Give the command again."})
			return failed, true
		}
		_, _ = r.env.Out.Write(a.Out)
		_, _ = r.env.Err.Write(a.Err)
		if a.Exit != nil {
			return *a.Exit, true
		}
	}
}

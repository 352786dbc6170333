package command

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"longhand/sync/gateway"
	"longhand/sync/gateway/engine"
)

const (
	openQuota  = 5 << 30 // of a team, where everybody may come
	firstQuota = 1 << 30 // of the team that the first token lets in
	firstLasts = 90 * 24 * time.Hour
	stopFor    = 15 * time.Second
)

// serving is what `serve` was told.
type serving struct {
	data, listen, cert, key, tokens, nats string
	open                                  bool
	replicas                              int
}

func serveCommand(e Env) *cobra.Command {
	var s serving
	c := &cobra.Command{
		Use: "serve --data DIR [--listen 127.0.0.1:8437] [--tls-cert F --tls-key F] [--open | --token-file F] [--nats URL --replicas 3]", Short: "Run the relay until it is stopped", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return s.run(ctx, e)
		},
	}
	f := c.Flags()
	f.StringVar(&s.data, "data", "", "the data `folder`")
	f.StringVar(&s.listen, "listen", "127.0.0.1:8437", "the `address` to listen on")
	f.StringVar(&s.cert, "tls-cert", "", "a certificate `file`; it is read again when it changes")
	f.StringVar(&s.key, "tls-key", "", "the `file` of its key")
	f.BoolVar(&s.open, "open", false, "take every new team")
	f.StringVar(&s.tokens, "token-file", "", "take new teams with a token of this `file`, one a line (default: tokens in the data folder)")
	f.StringVar(&s.nats, "nats", "", "keep everything on the NATS cluster at this `url` instead of the data folder")
	f.IntVar(&s.replicas, "replicas", 3, "copies of everything on that cluster")
	return c
}

func (s *serving) check() error {
	switch {
	case s.data == "":
		return &misuse{errors.New("--data is missing")}
	case s.open && s.tokens != "":
		return &misuse{errors.New("--open and --token-file exclude each other")}
	case (s.cert == "") != (s.key == ""):
		return &misuse{errors.New("--tls-cert and --tls-key belong together")}
	}
	host, _, err := net.SplitHostPort(s.listen)
	if err != nil {
		return &misuse{fmt.Errorf("--listen %s: an address is HOST:PORT", s.listen)}
	}
	ip := net.ParseIP(host)
	if s.cert == "" && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return &misuse{fmt.Errorf("without a certificate the relay listens on this computer alone, not on %s; give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy that has one", s.listen)}
	}
	return nil
}

func (s *serving) run(ctx context.Context, e Env) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	log := slog.New(slog.NewTextHandler(e.Err, nil))
	admission, err := s.admission(e)
	if err != nil {
		return err
	}
	eng, err := s.engine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, eng.Close()) }()
	g, err := gateway.New(ctx, eng, gateway.Options{Admission: admission, Log: log, Now: e.Now})
	if err != nil {
		return err
	}
	l, address, err := s.listener()
	if err != nil {
		return err
	}
	control, err := openControl(s.data, address, g)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer control.close()
	fmt.Fprintf(e.Out, "READY %s\n", address)
	log.Info("listening", "address", address)
	err = serveUntil(ctx, gateway.Server(g), l, g)
	log.Info("stopped")
	return err
}

// serveUntil answers until ctx ends, and then lets those finish who are being answered.
func serveUntil(ctx context.Context, srv *http.Server, l net.Listener, g *gateway.Gateway) error {
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	g.Stop()
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopFor)
	defer cancel()
	if err := srv.Shutdown(wait); err != nil {
		return errors.Join(fmt.Errorf("stop: some requests were cut off; devices send them again: %w", err), srv.Close())
	}
	return nil
}

func (s *serving) engine(ctx context.Context) (engine.Engine, error) {
	if s.nats != "" {
		return engine.Connect(ctx, s.nats, s.replicas)
	}
	return engine.Embedded(ctx, s.data)
}

// admission is who may bring a new team. A relay that was told nothing has a token of its own, so that it works on a fresh machine and is
// still closed to strangers.
func (s *serving) admission(e Env) (gateway.Admission, error) {
	switch {
	case s.open:
		return gateway.Open{Quota: openQuota}, nil
	case s.tokens != "":
		if _, err := os.Stat(s.tokens); err != nil {
			return nil, fmt.Errorf("read the tokens: %w", err)
		}
		return gateway.Tokens{Path: s.tokens}, nil
	}
	path := filepath.Join(s.data, "tokens")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case err == nil:
		_, err = fmt.Fprintln(f, gateway.NewToken(firstQuota, e.Now().Add(firstLasts)))
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("write the first token: %w", err)
		}
		fmt.Fprintf(e.Err, "A new team needs a relay token. The first is in %s; `longhand-relay token new` makes more.\n", path)
	case !errors.Is(err, fs.ErrExist):
		return nil, fmt.Errorf("write the first token: %w", err)
	}
	return gateway.Tokens{Path: path}, nil
}

func (s *serving) listener() (net.Listener, string, error) {
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return nil, "", fmt.Errorf("listen: %w", err)
	}
	if s.cert == "" {
		return l, "http://" + l.Addr().String(), nil
	}
	c := &certificate{cert: s.cert, key: s.key}
	if _, err := c.get(nil); err != nil {
		return nil, "", errors.Join(err, l.Close())
	}
	return tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}), "https://" + l.Addr().String(), nil
}

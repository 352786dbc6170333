package command

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"longhand/sync/gateway"
)

// control is a second door, on loopback and with a secret that only who can read the data folder knows: `status` asks there, and no proxy
// leads to it.
type control struct {
	server *http.Server
	path   string
}

const (
	controlFile = "control.json"
	controlPath = "/status"
)

// door is what the control file holds.
type door struct {
	Control string `json:"control"` // where to ask
	Secret  string `json:"secret"`
	Address string `json:"address"` // of the relay
	Process int    `json:"process"`
}

func openControl(data, address string, g *gateway.Gateway) (*control, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the way for `status`: %w", err)
	}
	d := door{Control: "http://" + l.Addr().String() + controlPath, Secret: rand.Text(), Address: address, Process: os.Getpid()}
	b, err := json.Marshal(d)
	path := filepath.Join(data, controlFile)
	if err == nil {
		_ = os.Remove(path) // its permissions may be another's
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the way for `status`: %w", err), l.Close())
	}
	remember(data)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+controlPath, func(w http.ResponseWriter, r *http.Request) {
		secret, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(secret), []byte(d.Secret)) != 1 {
			http.Error(w, "not for you", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(g.Status(r.Context())) // whoever asked may have gone
	})
	c := &control{server: &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: time.Minute}, path: path}
	go func() { _ = c.server.Serve(l) }() // ends with close
	return c, nil
}

func (c *control) close() {
	_ = os.Remove(c.path)
	_ = c.server.Close()
}

// remember notes where the relay that was started last has its data, so that `status` finds it. Where a user has no place for such notes,
// `status` is told with --data.
func remember(data string) {
	place, err := lastPlace()
	if err != nil {
		return
	}
	whole, err := filepath.Abs(data)
	if err == nil && os.MkdirAll(filepath.Dir(place), 0o700) == nil {
		_ = os.WriteFile(place, []byte(whole+"\n"), 0o600)
	}
}

func lastPlace() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "longhand-relay", "last"), nil
}

package typeset

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// The folder holds only a placeholder until build/fetch has run; “all:” so that the pattern matches even then.
//
//go:embed all:assets
var fetched embed.FS

// assets is what build/fetch has brought, compressed as it is stored.
type assets struct {
	files fs.FS
	wasm  string   // the typesetter’s file name
	fonts []string // in the order they are listed
	sum   string   // SHA-256 over the list of checksums, so over everything
}

// load reads the list that build/fetch writes last, and not the files.
func load() (assets, error) {
	sub, err := fs.Sub(fetched, "assets")
	if err != nil {
		return assets{}, err
	}
	return loadFrom(sub)
}

func loadFrom(files fs.FS) (assets, error) {
	list, err := fs.ReadFile(files, "SHA256SUMS")
	if errors.Is(err, fs.ErrNotExist) {
		return assets{}, ErrNoTypesetter
	} else if err != nil {
		return assets{}, err
	}
	sum := sha256.Sum256(list)
	a := assets{files: files, sum: hex.EncodeToString(sum[:])}
	for line := range strings.Lines(string(list)) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		switch {
		case strings.HasSuffix(name, ".wasm.zst"):
			a.wasm = name
		case strings.HasSuffix(name, ".ttf.zst"):
			a.fonts = append(a.fonts, name)
		}
	}
	if a.wasm == "" || len(a.fonts) == 0 {
		return assets{}, ErrNoTypesetter
	}
	return a, nil
}

// unpack reads a file and undoes its compression.
func (a assets) unpack(name string) ([]byte, error) {
	packed, err := fs.ReadFile(a.files, path.Clean(name))
	if err != nil {
		return nil, err
	}
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := r.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	return raw, nil
}

package roster

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha256"

	"github.com/tyler-smith/go-bip39/wordlists"

	"longhand/sync/journal"
)

// wordRounds makes each try of somebody who searches for keys with the same words some milliseconds long. Without it two sets of made-up
// keys that agree could be found in 2^66 tries, because both may be varied.
const wordRounds = 1 << 16

// Words are the twelve safety words of two devices of a team. Both see the same; a third who had put keys of their own between the two would
// make them differ. It takes some milliseconds.
func Words(team journal.TeamID, a, b journal.Public) ([12]string, error) {
	first, second := a.Marshal(), b.Marshal()
	if bytes.Compare(first, second) > 0 {
		first, second = second, first
	}
	password := append([]byte("longhand/1/safety words\x00"), team[:]...)
	password = append(append(password, first...), second...)
	sum, err := pbkdf2.Key(sha256.New, string(password), []byte("longhand"), wordRounds, 17)
	if err != nil {
		return [12]string{}, err
	}
	var words [12]string
	for i := range words {
		n := 0
		for bit := i * 11; bit < i*11+11; bit++ {
			n = n<<1 | int(sum[bit/8]>>(7-bit%8)&1)
		}
		words[i] = wordlists.English[n]
	}
	return words, nil
}

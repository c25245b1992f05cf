// Syllables of a voice that is none: a buzz with two formants, put into Opus by a browser's own encoder (SILK, narrow band,
// 60 ms a packet), so that nobody has to license it. Each packet stands behind its length.
const packed = [
  'MBgC+Y7I4c+UvpchE4P0JdqcE3nPW3iZf/CCMza3FMQE+kdXZ0wkH13UPhRCqC2oQDEY4CPFZQYC5UXwoiYuJKB90ctq+a/070wyV7XVaGIEODgV',
  'WPn/xA/EnZpcCHzkftGIKBjrux0ISkWyZrxTpsS2AOlwN+QpholJP3wxF07lm0C7rV6U26Rj04AmGOzd1ZbdnrXC0XBM811rmhciOvUYyQBvuRWq',
  'YrHpWzgINIagfUAuGOklwGaH6qjzXu6UX2MZnZ1t3zW8t9UhU4qte879a6BwkgYMvOtC5bBc/ecQJC8Y6iBhnjVi/hMKqnaRd1eSAeSqhLQ8jyfG',
  '5YLA98PpSJcY8SO7GeosNBLDXIBzciQY7cyjvS9Q3YVJqcsbJWKCW96X15xvAZO1lvxza1WEIpH26ZAqGOzarxq5FjDIuH3KokT0J+OrIIG3AOm/',
  'xhngQ4G9pk/3QLXVMNPbHOAoJxhlx8O4+uHOJaO2VR4GtatbbV1ytlloCkyyac0dWUk0Ipk5sET0sCoY686R6OaPZ8xlIBgjXVOIQvU8CEcASoGs',
  '0pMRzZgCjqo44LpUz0A7jMApGMv+2M/sQ7/qGE8ub0MmrPQ4uamLg1jwNIgx27O5FcwprIfI/TZirmAQGALBT/y+ISjUrsZY8Y2ygA4YAissw4zY',
  'C9cFtr0Q0jMY4AEV1Eg+5nyBN8Ccj6enuw+Ifik4TpcsWwED8H6hE0L2uXPKF5W1uW5iqtSFvfrdvnwrGOu9R66yaCStnk/pnZNdm5DlAezrN3Cb',
  'c3OZArY1MhWycrFRdWzT3j9uJCMY7Yi6rPi+3e6tP/fdQCB9lLfTUZFl38IAType8QmKfg45uCcY7Mqc4/AOh+Ss3jIZtZ2NmQN0Gp9HKB2UUiBz',
  'CaFLZ1qWE1eGIcA4GKcYJGCsS0xsPm4DACGJQVXpXidM5IYtjV9odgVK11Cdn8TBgtSG+iak5ukgd+wV/PripVVZJpIrGOmoO9lzvg1W0nGdlOUw',
  'BtujkxXdApqhFMxL5/Nn+v2FQHbuPfjlGpkh3iYY7BtbRSX0rPRzMqKmCmwz18dQTARgEK1NN74TnZOHW5nz5xwnQBkYj3C4AA4s/SUu27LgPLtE',
  'demuXmJhnGkgFxgiKyzDjNgL1wTpmifIOOWVobrmw4hgNxjnMG0c37//mBfd8ETEH1gugDEC3FgWehbD8RbL1jBvU0jC9SJbbucfRiAZxeEN4uNf',
  'X5niPggoGOyXKKO+IKpS8Mqvi8pooIjHy1thcO3tQx/TmUAJ2Qe9wl1yMH25QCcY7fDc/N/Qv03Q8vBLLIgnJiMRxXCH+lnt/TI4yeHPgRW3RiSB',
  '5IAlGO277B+RwpVRni6IQUQAU7RXokMM7YqjqNJxRZhpbhmZTfLBoiUYyqmgxNIHdyi2TNzGJDvfYjaBruya6oTFFg2o6ttTOnxw6+xgDxgCKyzD',
  'wx6FaCfyu+UwUDAY4AEV04YzGBpMfmtxn8FV4J21f15DQMk+a6z9Bljww+vkk2VyjyxWpdMBUqm1nckrGOqIxjf+mi0YGa0YPXI8Gi1PIOau28zO',
  'TpfWhTCjizLedxtEQVf844mEgCcY7BUKAvMd6rfLHraDxS5neNAkbjvBU3s3AnhY5JormYfzwlMRiKcrGIfqrzdtotbwohcLM84v5C2+6G6FpBec',
  't/mkL1h/psu3gg6zVbiYL+ketg4YAissw4zYC9cFtr0Q0g4YAissw4zYC9cFtr0Q0g==',
].join('')

export function speechPackets(): Buffer[] {
  const bytes = Buffer.from(packed, 'base64')
  const packets: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt8(at)
    packets.push(bytes.subarray(at + 1, at + 1 + length))
    at += 1 + length
  }
  return packets
}

import { opusIn, oggOf, soundSeconds } from '../../../kernel/opus.ts'

/** What browsers record into, the best first: WhatsApp takes the packets of the first two as a voice note. */
const types = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4']
/** Of speech nobody hears the difference to more. */
const bitsPerSecond = 32_000

export interface Recording {
  /** How loud it is just now, 0 to 1. */
  loudness: () => number
  /** Ends it, and answers what was said; the microphone is free again. */
  stop: () => Promise<File>
  cancel: () => void
  /** The microphone went away: what was said until then is still there. */
  whenCut: (then: () => void) => void
}

/**
 * Asks for the microphone, which may take as long as the person likes, and records.
 * @throws DOMException as `getUserMedia` does
 */
export async function startRecording(): Promise<Recording> {
  const stream = await microphone()
  const audio = new AudioContext()
  const release = () => {
    for (const track of stream.getTracks()) track.stop()
    if (audio.state !== 'closed') void audio.close()
  }
  // One channel, whatever the microphone has: WhatsApp takes no other voice note.
  const mono = new MediaStreamAudioDestinationNode(audio, { channelCount: 1, channelCountMode: 'explicit' })
  const meter = new AnalyserNode(audio, { fftSize: 1_024 })
  const source = audio.createMediaStreamSource(stream)
  source.connect(meter)
  source.connect(mono)
  const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type))
  const recorder = new MediaRecorder(mono.stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: bitsPerSecond })
  const pieces: Blob[] = []
  recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data))
  recorder.start(1_000)
  const samples = new Float32Array(meter.fftSize)
  return {
    loudness: () => {
      meter.getFloatTimeDomainData(samples)
      return Math.min(1, 4 * Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length))
    },
    stop: async () => {
      const ended = new Promise((end) => recorder.addEventListener('stop', end, { once: true }))
      if (recorder.state !== 'inactive') {
        recorder.stop()
        await ended
      }
      release()
      return fileOf(new Blob(pieces, { type: recorder.mimeType }))
    },
    cancel: () => {
      if (recorder.state !== 'inactive') recorder.stop()
      release()
    },
    whenCut: (then) => {
      for (const track of stream.getTracks()) track.addEventListener('ended', then, { once: true })
    },
  }
}

function microphone() {
  // A browser keeps it from pages that are not secure, and has no word for it then.
  const devices: MediaDevices | undefined = navigator.mediaDevices
  if (!(devices as MediaDevices | undefined)) throw new DOMException('Not a secure page.', 'SecurityError')
  return devices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  })
}

/** As WhatsApp takes it, where its packets are Opus. */
async function fileOf(recorded: Blob): Promise<File> {
  const type = recorded.type.split(';')[0] ?? ''
  const sound = type === 'audio/webm' ? opusIn(new Uint8Array(await recorded.arrayBuffer())) : undefined
  if (sound && soundSeconds(sound) > 0) return new File([oggOf(sound)], 'Voice note.ogg', { type: 'audio/ogg' })
  return new File([recorded], type === 'audio/ogg' ? 'Voice note.ogg' : 'Voice note.m4a', { type })
}

/** Why there is no recording, and what to do about it. */
export function whyNoSound(error: unknown): string {
  const name = error instanceof DOMException ? error.name : ''
  switch (name) {
    case 'NotAllowedError':
      return 'The browser keeps the microphone from this page. Allow it beside the address of the page, then try again.'
    case 'NotFoundError':
      return 'No microphone is there. Plug one in, then try again.'
    case 'NotReadableError':
      return 'The microphone cannot be used: another program may have it.'
    case 'SecurityError':
      return 'Browsers give the microphone to secure pages only: open Careline by an address that begins with https.'
    default:
      return `The microphone cannot be used${error instanceof Error ? `: ${error.message}` : '.'}`
  }
}

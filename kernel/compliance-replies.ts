import type { Compliance, Language } from './keywords.ts'

type Replies = Readonly<Record<Compliance, string>>

/** What somebody gets who wrote STOP, START or HELP: who stops it, and how, in their language (CTIA 5.1; Meta's policy). */
const replies: Readonly<Record<Language, Replies>> = {
  en: {
    stop: 'You will get no more messages from us here. Reply START to get them again.',
    start: 'You will get messages from us here again. Reply STOP to end them, HELP for help.',
    help: 'Somebody of ours will read this. Reply STOP to get no more messages.',
  },
  de: {
    stop: 'Sie erhalten hier keine Nachrichten mehr von uns. Mit START bekommen Sie wieder welche.',
    start: 'Sie erhalten hier wieder Nachrichten von uns. Mit STOP beenden Sie das, mit HILFE bekommen Sie Hilfe.',
    help: 'Jemand von uns liest dies. Mit STOP erhalten Sie keine Nachrichten mehr.',
  },
  es: {
    stop: 'Ya no recibirá mensajes nuestros aquí. Responda START para recibirlos de nuevo.',
    start: 'Volverá a recibir mensajes nuestros aquí. Responda STOP para dejar de recibirlos, AYUDA para pedir ayuda.',
    help: 'Alguien de nuestro equipo leerá esto. Responda STOP para no recibir más mensajes.',
  },
  fr: {
    stop: 'Vous ne recevrez plus de messages de notre part ici. Répondez START pour en recevoir à nouveau.',
    start: 'Vous recevrez à nouveau nos messages ici. Répondez STOP pour les arrêter, AIDE pour de l’aide.',
    help: 'Quelqu’un de notre équipe lira ceci. Répondez STOP pour ne plus recevoir de messages.',
  },
  pt: {
    stop: 'Não receberá mais mensagens nossas aqui. Responda START para voltar a recebê-las.',
    start: 'Voltará a receber mensagens nossas aqui. Responda STOP para as parar, AJUDA para pedir ajuda.',
    help: 'Alguém da nossa equipa vai ler isto. Responda STOP para não receber mais mensagens.',
  },
  it: {
    stop: 'Non riceverà più nostri messaggi qui. Risponda START per riceverli di nuovo.',
    start: 'Riceverà di nuovo i nostri messaggi qui. Risponda STOP per fermarli, AIUTO per ricevere aiuto.',
    help: 'Qualcuno di noi leggerà questo messaggio. Risponda STOP per non ricevere più messaggi.',
  },
  nl: {
    stop: 'U krijgt hier geen berichten meer van ons. Antwoord START om ze weer te ontvangen.',
    start: 'U krijgt hier weer berichten van ons. Antwoord STOP om ze te beëindigen, HULP voor hulp.',
    help: 'Iemand van ons leest dit. Antwoord STOP om geen berichten meer te krijgen.',
  },
  hi: {
    stop: 'अब आपको यहाँ हमारे संदेश नहीं मिलेंगे। फिर से पाने के लिए START लिखें।',
    start: 'अब आपको यहाँ हमारे संदेश फिर मिलेंगे। रोकने के लिए STOP, मदद के लिए HELP लिखें।',
    help: 'हमारा कोई साथी यह पढ़ेगा। संदेश रोकने के लिए STOP लिखें।',
  },
  ar: {
    stop: 'لن تصلك رسائل منا هنا بعد الآن. أرسل START لتصلك من جديد.',
    start: 'ستصلك رسائلنا هنا من جديد. أرسل STOP لإيقافها أو HELP للمساعدة.',
    help: 'سيقرأ أحد أعضاء فريقنا هذا. أرسل STOP لإيقاف الرسائل.',
  },
}

/** `help` is what the business says of itself; it stands before how to stop. */
export function complianceReply(word: Compliance, language: Language, help: string): string {
  const says = replies[language][word]
  return word === 'help' && help !== '' ? `${help} ${says}` : says
}

const isSpoken = (tag: string): tag is Language => Object.hasOwn(replies, tag)

/** The language of the first of these tags (`de-AT`) of which there are words: the person's, then the business's. */
export function languageOf(...tags: readonly (string | null)[]): Language {
  const languages = tags.map((tag) => tag?.toLowerCase().split('-')[0] ?? '')
  return languages.find(isSpoken) ?? 'en'
}

import type { ConsentChannel, ConsentPurpose } from '../../client/consents.ts'

/** Everything that the page of choices says in one language. */
export interface Says {
  language: string
  title: string
  asks: (business: string) => string
  stop: (what: string, channel: string) => string
  stopped: string
  save: string
  saved: string
  gone: string
  failed: string
  channels: Record<ConsentChannel, string>
  purposes: Record<ConsentPurpose, { name: string; means: string }>
}

/** What the page of choices says to those who read neither English nor German. */
export const more: readonly Says[] = [
  {
    language: 'es',
    title: 'Lo que recibe de nosotros',
    asks: (business) => `${business} le escribe como usted elija aquí.`,
    stop: (what, channel) => `No más: ${what} por ${channel}`,
    stopped: 'Hecho. No recibirá nada más de esto.',
    save: 'Guardar mi elección',
    saved: 'Guardado.',
    gone: 'Este enlace ya no es válido.',
    failed: 'No nos ha llegado. Inténtelo de nuevo, por favor.',
    channels: { whatsapp: 'WhatsApp', sms: 'SMS', email: 'correo electrónico', app: 'aplicación' },
    purposes: {
      conversational: { name: 'Respuestas', means: 'A lo que usted nos escribe.' },
      transactional: { name: 'Lo que ha pedido', means: 'Confirmaciones, recordatorios, recibos.' },
      operational: { name: 'Lo que atañe a sus asuntos', means: 'Cambios, avisos, preguntas sobre nuestro servicio.' },
      marketing: { name: 'Ofertas y novedades', means: 'Lo que nos gustaría que supiera.' },
    },
  },
  {
    language: 'fr',
    title: 'Ce que vous recevez de nous',
    asks: (business) => `${business} vous écrit comme vous le choisissez ici.`,
    stop: (what, channel) => `Ne plus recevoir : ${what} par ${channel}`,
    stopped: 'C’est fait. Vous n’en recevrez plus.',
    save: 'Enregistrer mon choix',
    saved: 'Enregistré.',
    gone: 'Ce lien n’est plus valable.',
    failed: 'Cela ne nous est pas parvenu. Veuillez réessayer.',
    channels: { whatsapp: 'WhatsApp', sms: 'SMS', email: 'e-mail', app: 'application' },
    purposes: {
      conversational: { name: 'Réponses', means: 'À ce que vous nous écrivez.' },
      transactional: { name: 'Ce que vous avez demandé', means: 'Confirmations, rappels, reçus.' },
      operational: { name: 'Ce qui concerne vos dossiers', means: 'Changements, avis, questions sur notre service.' },
      marketing: { name: 'Offres et nouveautés', means: 'Ce que nous aimerions vous faire savoir.' },
    },
  },
  {
    language: 'pt',
    title: 'O que recebe de nós',
    asks: (business) => `${business} escreve-lhe como escolher aqui.`,
    stop: (what, channel) => `Não receber mais: ${what} por ${channel}`,
    stopped: 'Feito. Não receberá mais nada disto.',
    save: 'Guardar a minha escolha',
    saved: 'Guardado.',
    gone: 'Esta ligação já não é válida.',
    failed: 'Não nos chegou. Tente novamente, por favor.',
    channels: { whatsapp: 'WhatsApp', sms: 'SMS', email: 'e-mail', app: 'aplicação' },
    purposes: {
      conversational: { name: 'Respostas', means: 'Ao que nos escreve.' },
      transactional: { name: 'O que pediu', means: 'Confirmações, lembretes, recibos.' },
      operational: {
        name: 'O que diz respeito aos seus assuntos',
        means: 'Alterações, avisos, perguntas sobre o serviço.',
      },
      marketing: { name: 'Ofertas e novidades', means: 'O que gostaríamos que soubesse.' },
    },
  },
  {
    language: 'it',
    title: 'Che cosa riceve da noi',
    asks: (business) => `${business} Le scrive come sceglie qui.`,
    stop: (what, channel) => `Non ricevere più: ${what} via ${channel}`,
    stopped: 'Fatto. Non ne riceverà più.',
    save: 'Salva la mia scelta',
    saved: 'Salvato.',
    gone: 'Questo link non è più valido.',
    failed: 'Non ci è arrivato. Riprovi, per favore.',
    channels: { whatsapp: 'WhatsApp', sms: 'SMS', email: 'e-mail', app: 'app' },
    purposes: {
      conversational: { name: 'Risposte', means: 'A ciò che ci scrive.' },
      transactional: { name: 'Ciò che ha chiesto', means: 'Conferme, promemoria, ricevute.' },
      operational: {
        name: 'Ciò che riguarda le Sue richieste',
        means: 'Modifiche, avvisi, domande sul nostro servizio.',
      },
      marketing: { name: 'Offerte e novità', means: 'Ciò che vorremmo farLe sapere.' },
    },
  },
  {
    language: 'nl',
    title: 'Wat u van ons krijgt',
    asks: (business) => `${business} schrijft u zoals u hier kiest.`,
    stop: (what, channel) => `Niet meer: ${what} per ${channel}`,
    stopped: 'Klaar. Hiervan krijgt u niets meer.',
    save: 'Mijn keuze opslaan',
    saved: 'Opgeslagen.',
    gone: 'Deze link is niet meer geldig.',
    failed: 'Dit heeft ons niet bereikt. Probeer het nog eens.',
    channels: { whatsapp: 'WhatsApp', sms: 'sms', email: 'e-mail', app: 'app' },
    purposes: {
      conversational: { name: 'Antwoorden', means: 'Op wat u ons schrijft.' },
      transactional: { name: 'Wat u hebt aangevraagd', means: 'Bevestigingen, herinneringen, bonnen.' },
      operational: { name: 'Wat uw zaken betreft', means: 'Wijzigingen, berichten, vragen over onze dienst.' },
      marketing: { name: 'Aanbiedingen en nieuws', means: 'Wat wij u graag laten weten.' },
    },
  },
  {
    language: 'hi',
    title: 'आपको हमसे क्या मिलता है',
    asks: (business) => `${business} आपको वैसे ही लिखता है जैसा आप यहाँ चुनते हैं।`,
    stop: (what, channel) => `अब और नहीं: ${channel} से ${what}`,
    stopped: 'हो गया। अब आपको यह नहीं मिलेगा।',
    save: 'मेरा चुनाव सहेजें',
    saved: 'सहेजा गया।',
    gone: 'यह लिंक अब मान्य नहीं है।',
    failed: 'यह हम तक नहीं पहुँचा। कृपया फिर से कोशिश करें।',
    channels: { whatsapp: 'WhatsApp', sms: 'SMS', email: 'ई-मेल', app: 'ऐप' },
    purposes: {
      conversational: { name: 'उत्तर', means: 'जो आप हमें लिखते हैं, उसके।' },
      transactional: { name: 'जो आपने माँगा', means: 'पुष्टि, याद दिलाना, रसीदें।' },
      operational: { name: 'जो आपके काम से जुड़ा है', means: 'बदलाव, सूचनाएँ, हमारी सेवा के बारे में प्रश्न।' },
      marketing: { name: 'ऑफ़र और समाचार', means: 'जो हम आपको बताना चाहते हैं।' },
    },
  },
  {
    language: 'ar',
    title: 'ما يصلك منا',
    asks: (business) => `تكتب لك ${business} كما تختار هنا.`,
    stop: (what, channel) => `لا أريد بعد الآن: ${what} عبر ${channel}`,
    stopped: 'تم. لن يصلك شيء من ذلك بعد الآن.',
    save: 'حفظ اختياري',
    saved: 'تم الحفظ.',
    gone: 'لم يعد هذا الرابط صالحًا.',
    failed: 'لم يصلنا ذلك. يرجى المحاولة مرة أخرى.',
    channels: { whatsapp: 'واتساب', sms: 'الرسائل القصيرة', email: 'البريد الإلكتروني', app: 'التطبيق' },
    purposes: {
      conversational: { name: 'الردود', means: 'على ما تكتبه لنا.' },
      transactional: { name: 'ما طلبته', means: 'تأكيدات وتذكيرات وإيصالات.' },
      operational: { name: 'ما يخص أمورك', means: 'تغييرات وإشعارات وأسئلة عن خدمتنا.' },
      marketing: { name: 'العروض والأخبار', means: 'ما نود أن تعرفه.' },
    },
  },
]
